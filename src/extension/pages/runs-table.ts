import * as vscode from 'vscode';
import * as z from 'zod';
import { DisposableStore } from '../../base/disposable';
import type { ListedDifference } from '../../domain/compare/verdict';
import { topicOf } from '../../domain/display/statistics-page';
import { hasOtherTask, type RunSummary } from '../../engine/runs/list-runs';
import { runInWorker } from '../../engine/runs/worker-task';
import { MOST_COMPARED, type TableDifference } from '../../protocol/runs-table/messages';
import { createTableSession } from '../../protocol/runs-table/session';
import type { BaseServices } from '../base-services';
import { renderPage } from './render';
import { openWebviewLine } from './webview-line';

const UPDATE_MS = 250;

/** Buttons of the page -> commands; those of several runs take the first as the one that was clicked. */
const COMMANDS: Readonly<Record<string, string>> = {
  open: 'pitwall.openDashboard',
  compare: 'pitwall.compareRuns',
  report: 'pitwall.openReport',
  rename: 'pitwall.renameRun',
  note: 'pitwall.editNotes',
  tags: 'pitwall.editTags',
  archive: 'pitwall.archiveRun',
  restore: 'pitwall.restoreRun',
  delete: 'pitwall.deleteRun',
};

const MOST_RUNS = 20_000;
const zDirs = z.array(z.string()).max(MOST_RUNS);
const zTableAct = z.object({ id: z.string().max(64), dirs: zDirs });
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
      act: (params: unknown) => this.#act(zTableAct.parse(params)),
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

  async #act({ id, dirs }: z.infer<typeof zTableAct>): Promise<void> {
    const topic = topicOf(id);
    if (topic) {
      await vscode.commands.executeCommand('pitwall.explainNumbers', topic);
      return;
    }
    const command = Object.hasOwn(COMMANDS, id) ? COMMANDS[id] : undefined;
    if (command === undefined) throw new Error(`a page requested ${id}, which is not an action`);
    const [first, ...others] = this.#known(dirs).map((dir) => ({ dir }));
    // Without a run, a command would take one by itself.
    if (first === undefined) return;
    const all = others.length > 0 ? [first, ...others] : undefined;
    await vscode.commands.executeCommand(command, first, all);
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

  /** A page names only runs that it was shown. */
  #known(dirs: readonly string[]): string[] {
    const known = new Set(this.#services.runs.runs.map(({ dir }) => dir));
    return dirs.filter((dir) => known.has(dir));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#store.dispose();
  }
}

const bestOf = ({ dir, status }: RunSummary) => ({ dir, epoch: status?.progress?.best?.epoch });
