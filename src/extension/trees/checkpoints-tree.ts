import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { Services } from '../services';
import type { CheckpointItem } from './checkpoint-item';

const UPDATE_MS = 500;

/** Checkpoints of the current run, newest first. */
export class CheckpointsTree implements vscode.TreeDataProvider<CheckpointItem>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #services: Services;
  readonly #changed = this.#store.track(new vscode.EventEmitter<undefined>());
  #timer: NodeJS.Timeout | undefined;
  #shown = '';
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    this.#store.track(services.runs.onDidChangeCurrentRun(() => this.#schedule()));
  }

  async getChildren(parent?: CheckpointItem): Promise<CheckpointItem[]> {
    const run = this.#services.runs.current;
    if (parent || !run) return [];
    const { checkpointItems } = await this.#services.runs.views();
    return checkpointItems(run);
  }

  async getTreeItem(item: CheckpointItem): Promise<vscode.TreeItem> {
    const { checkpointTreeItem } = await this.#services.runs.views();
    return checkpointTreeItem(item);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#update().catch(this.#services.showError);
    }, UPDATE_MS);
  }

  async #update(): Promise<void> {
    const shown = JSON.stringify(await this.getChildren());
    if (shown !== this.#shown) this.#changed.fire(undefined);
    this.#shown = shown;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }
}
