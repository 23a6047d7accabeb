import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { RunSummary } from '../../engine/runs/list-runs';
import type { RunsChange } from '../run/registry';
import type { Services } from '../services';
import type { PlacedRun } from './queue-order';
import type { SweepItem } from './sweep-item';

export type RunItem = {
  readonly dir: string;
  readonly summary: RunSummary;
  /** In the queue, from 1, if it waits. */
  readonly place?: number | undefined;
};
export type TreeEntry = RunItem | SweepItem | 'archive';

/** For each run: a second between two drawings of 500. */
const PAUSE_MS = 2;

/** Every run of the workspace, newest first, those that wait as their turns come; a sweep is one entry; archived ones in a folder of their own at the end. */
export class RunsTree implements vscode.TreeDataProvider<TreeEntry>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #services: Services;
  readonly #changed = this.#store.track(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  #shown = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(services: Services) {
    this.#services = services;
    this.#store.track(services.runs.onDidChange((change) => this.#draw(change)));
    this.#store.track(services.runs.onDidChangeCurrent(() => this.#drawNow()));
  }

  /** The editor draws every entry anew: of thousands not every second, unless there are others or a person waits for it. */
  #draw(change: RunsChange): void {
    const { runs } = this.#services.runs;
    const shown = `${runs.length} ${runs[0]?.dir}`;
    const isOther = shown !== this.#shown;
    this.#shown = shown;
    if (isOther || change === 'asked') this.#drawNow();
    else this.#timer ??= setTimeout(() => this.#drawNow(), runs.length * PAUSE_MS);
  }

  #drawNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed.fire(undefined);
  }

  async getChildren(parent?: TreeEntry): Promise<TreeEntry[]> {
    const { runs } = this.#services.runs;
    const archived = runs.filter((run) => run.meta.archived ?? false);
    if (parent === 'archive') return archived.map((run) => itemOf(run));
    if (parent && 'sweep' in parent) return parent.trials.map((run) => itemOf(run));
    if (parent || runs.length === 0) return [];
    const { inQueueOrder } = await this.#services.runs.views();
    const shown = this.#grouped(inQueueOrder(runs.filter((run) => run.meta.archived !== true)));
    return [...shown, ...(archived.length > 0 ? (['archive'] as const) : [])];
  }

  /** A sweep has the place of its newest trial. */
  #grouped(runs: readonly PlacedRun[]): TreeEntry[] {
    const entries: (RunItem | SweepItem)[] = [];
    const sweeps = new Map<string, RunSummary[]>();
    for (const { summary: run, place } of runs) {
      const sweep = this.#services.runs.sweepOf(run.dir);
      const trials = sweep === undefined ? undefined : sweeps.get(sweep);
      if (sweep === undefined) entries.push(itemOf(run, place));
      else if (trials) trials.unshift(run);
      else {
        const first = [run];
        sweeps.set(sweep, first);
        entries.push({ sweep, trials: first });
      }
    }
    return entries;
  }

  async getTreeItem(item: TreeEntry): Promise<vscode.TreeItem> {
    if (item === 'archive') {
      const folder = new vscode.TreeItem(vscode.l10n.t('Archive'), vscode.TreeItemCollapsibleState.Collapsed);
      folder.iconPath = new vscode.ThemeIcon('archive');
      return folder;
    }
    if (!('sweep' in item)) {
      const { runs, t } = this.#services;
      const { runItem } = await runs.views();
      return runItem(item.summary, { t, isShown: item.dir === runs.current?.dir, place: item.place });
    }
    // Few have one: not loaded with the tree.
    const { sweepItem } = await this.#services.load(() => import('./sweep-item'));
    return sweepItem(item);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }
}

const itemOf = (summary: RunSummary, place?: number): RunItem => ({ dir: summary.dir, summary, place });
