import * as vscode from 'vscode';
import * as z from 'zod';
import { DisposableStore } from '../../base/disposable';
import type { ListedDifference } from '../../domain/compare/verdict';
import { hasOtherTask, type RunSummary } from '../../engine/runs/list-runs';
import { runInWorker } from '../../engine/runs/worker-task';
import { MOST_COMPARED, type TableDifference } from '../../protocol/runs-table/messages';
import { createTableSession } from '../../protocol/runs-table/session';
import type { BaseServices } from '../base-services';
import { tableCommand, zDirs } from './page-commands';
import { renderPage } from './render';
import { openWebviewLine } from './webview-line';

const UPDATE_MS = 250;

const zDifferences = z.object({ baseline: z.string(), dirs: zDirs });

/** The table of every run of the workspace, in one panel. */
export class RunsTablePage implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #services: BaseServices;
  readonly #session;
  readonly #line;
  #isOpen = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(services: BaseServices, panel: vscode.WebviewPanel) {
    this.#services = services;
    this.#session = createTableSession(services.t);
    const { webview } = panel;
    this.#line = this.#store.track(openWebviewLine(webview, this.#handlers(), services.log));
    this.#store.track(services.runs.onDidChange(() => this.#schedule(UPDATE_MS)));
    const { extensionUri } = services.context;
    panel.title = vscode.l10n.t('Runs');
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'tab.svg');
    renderPage(webview, { extensionUri, entry: 'table', title: panel.title, subject: { kind: 'table' } });
  }

  #handlers() {
    return {
      open: () => {
        this.#session.open();
        this.#isOpen = true;
        this.#post();
      },
      act: (params: unknown) => this.#act(params),
      differences: (params: unknown) => this.#differences(zDifferences.parse(params)),
    };
  }

  #schedule(ms: number): void {
    if (!this.#isOpen) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#post();
    }, ms);
  }

  #post(): void {
    if (!this.#isOpen) return;
    const update = this.#session.update(this.#services.runs.runs);
    if (update) this.#line.event('update', update);
    if (this.#session.isPending) setImmediate(() => this.#post());
  }

  async #act(message: unknown): Promise<void> {
    const known = new Set(this.#services.runs.runs.map(({ dir }) => dir));
    const found = tableCommand(message, known);
    if (found) await vscode.commands.executeCommand(found.command, ...found.args);
  }

  async #differences({ baseline, dirs }: z.infer<typeof zDifferences>): Promise<TableDifference[]> {
    const known = new Map(this.#services.runs.runs.map((run) => [run.dir, run]));
    const base = known.get(baseline);
    const asked = dirs.slice(0, MOST_COMPARED).map((dir) => known.get(dir));
    const others = asked.filter((run) => run !== undefined).filter((run) => run !== base);
    if (base === undefined || others.length === 0) return [];
    const comparable = others.filter((run) => !hasOtherTask(base, run));
    const task = { kind: 'differences', baseline: bestOf(base), others: comparable.map(bestOf) } as const;
    const found = await runInWorker(this.#services.installDir, task);
    return [...(found as ReadonlyMap<string, ListedDifference>)].map(([dir, one]) => ({ dir, ...one }));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#store.dispose();
  }
}

const bestOf = ({ dir, status }: RunSummary) => ({ dir, epoch: status?.progress?.best?.epoch });
