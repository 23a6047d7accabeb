import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import { topicOf } from '../../domain/display/statistics-page';
import { runInWorker } from '../../engine/runs/worker-task';
import type { SweepReport, SweepView } from '../../engine/sweep/report';
import { readSweep } from '../../engine/sweep/sweep-folder';
import type { BaseServices } from '../base-services';
import { translate } from '../window';
import { drawnPage, redraw } from './drawn-page';
import { sweepBody } from './sweep-html';

/** A sweep of many trials takes a while to read: it rests for some times as long, but a slow moment does not hold it up. */
const REST = { times: 5, least: 2000, most: 15_000 } as const;

/** A sweep while it runs and after: its trials, what they have bought, and why each was stopped. */
export async function openSweepPage(services: BaseServices, dir: string): Promise<void> {
  if (!(await readSweep(dir))) {
    throw new Error(vscode.l10n.t('{0} is not a sweep that can be read.', visible(dir)));
  }
  const title = visible(path.basename(dir));
  const panel = vscode.window.createWebviewPanel('pitwall.sweep', title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [],
  });
  panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'tab.svg');
  panel.webview.html = drawnPage('', title, randomBytes(16).toString('base64'));
  const page = new SweepPage(services, panel, dir);
  panel.onDidDispose(() => page.dispose());
}

class SweepPage implements vscode.Disposable {
  readonly #services: BaseServices;
  readonly #panel: vscode.WebviewPanel;
  readonly #dir: string;
  readonly #listeners: readonly vscode.Disposable[];
  #report: SweepReport | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(services: BaseServices, panel: vscode.WebviewPanel, dir: string) {
    this.#services = services;
    this.#panel = panel;
    this.#dir = dir;
    this.#listeners = [
      // A hidden page gets no messages, and is not read for.
      panel.onDidChangeViewState(() => panel.visible && this.#drawAfter(0)),
      panel.webview.onDidReceiveMessage((act: unknown) => void this.#act(act).catch(services.showError)),
    ];
    this.#drawAfter(0);
  }

  #drawAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#draw().catch(this.#services.showError), ms);
  }

  /** In a thread: it reads every trial, and the verdict at the end compares two. */
  async #draw(): Promise<void> {
    const since = Date.now();
    const task = { kind: 'sweep', dir: this.#dir } as const;
    const view = (await runInWorker(this.#services.installDir, task)) as SweepView | undefined;
    // A folder that was deleted leaves what was last seen of it.
    if (!view || this.#isDisposed) return;
    this.#report = view.report;
    redraw(this.#panel.webview, sweepBody(view, translate));
    if (view.state !== 'ended' && this.#panel.visible)
      this.#drawAfter(Math.min(REST.most, Math.max(REST.least, REST.times * (Date.now() - since))));
  }

  async #act(act: unknown): Promise<void> {
    if (typeof act !== 'string') return;
    const topic = topicOf(act);
    if (topic) return void (await vscode.commands.executeCommand('pitwall.explainNumbers', topic));
    const trial = this.#report?.trials[Number(/^open:(\d+)$/.exec(act)?.[1])];
    if (trial) await vscode.commands.executeCommand('pitwall.openDashboard', { dir: trial.dir });
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    for (const listener of this.#listeners) listener.dispose();
  }
}
