import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';
import { visibleLines } from '../base/visible';
import type { StatusBarView } from '../protocol/dashboard/status-bar';
import { explainedTooltip } from './notices';
import type { Services } from './services';
import { setting } from './window';

const UPDATE_MS = 500;

/** One item at the left: epoch, mAP and time left of the current run, while there is one to show. */
export class StatusBar implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #services: Services;
  readonly #item: vscode.StatusBarItem;
  #timer: NodeJS.Timeout | undefined;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(services: Services) {
    this.#services = services;
    this.#item = this.#store.track(
      vscode.window.createStatusBarItem('pitwall.run', vscode.StatusBarAlignment.Left, 10),
    );
    this.#item.name = 'Pitwall';
    this.#item.command = 'pitwall.openDashboard';
    this.#store.track(vscode.workspace.onDidChangeConfiguration(() => this.#schedule()));
    this.#store.track(services.runs.onDidChangeCurrentRun(() => this.#schedule()));
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show().catch(this.#services.showError);
    }, UPDATE_MS);
  }

  async #show(): Promise<void> {
    const shown = await this.#shown();
    if (!shown) {
      this.#item.hide();
      return;
    }
    const tooltip = visibleLines(shown.tooltip);
    this.#item.text = shown.text;
    this.#item.tooltip = explainedTooltip(tooltip, shown.topic);
    this.#item.accessibilityInformation = { label: tooltip.replaceAll('\n', ', ') };
    this.#item.show();
  }

  async #shown(): Promise<StatusBarView | undefined> {
    if (!this.#services.runs.current || !setting('statusBar.enabled', true)) return undefined;
    const { shownForMs, statusBarOf } = await this.#services.runs.views();
    const input = this.#services.runs.current?.input();
    const left = input && shownForMs(input);
    if (left !== undefined) this.#forget(left);
    return input && (left === undefined || left > 0) ? statusBarOf(input) : undefined;
  }

  /** An ended run changes no more: the item goes by the clock. */
  #forget(ms: number): void {
    clearTimeout(this.#forgetting);
    if (ms > 0) this.#forgetting = setTimeout(() => this.#schedule(), ms);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#forgetting);
    this.#store.dispose();
  }
}
