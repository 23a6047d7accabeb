import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { visible } from '../../base/visible';
import { formatAgo, formatMetric } from '../../domain/display/format';
import { shortMetric } from '../../domain/run/task';
import type { RunSummary } from '../../engine/runs/list-runs';
import { alertText, saidText } from '../../protocol/alert-text';
import { stateLabel } from '../../protocol/dashboard/run-facts';
import type { AlertText } from '../../run/files';
import { isRangeTest, topicOfListed } from '../../run/kind';
import { FINAL_STATES, type RunStateName } from '../../run/state-names';
import { explainedTooltip } from '../notices';
import type { Services } from '../services';
import type { SweepItem } from './sweep-item';

export type RunItem = { readonly dir: string; readonly summary: RunSummary };
export type TreeEntry = RunItem | SweepItem | 'archive';

const ICONS: Readonly<Record<RunStateName, readonly [icon: string, colour?: string]>> = {
  starting: ['loading~spin'],
  running: ['sync~spin', 'charts.blue'],
  stopping: ['sync~spin'],
  validating: ['sync~spin', 'charts.blue'],
  paused: ['debug-pause'],
  completed: ['pass', 'testing.iconPassed'],
  stopped: ['debug-stop'],
  failed: ['error', 'testing.iconFailed'],
  diverged: ['flame', 'testing.iconFailed'],
  lost: ['question', 'testing.iconFailed'],
};

/** Distinguishes a range test from a training at a glance. */
function iconOf(summary: RunSummary): readonly [icon: string, colour?: string] {
  const { run, presence } = summary;
  if (alarmOf(summary)) return ['warning', 'list.warningForeground'];
  const isDone = isRangeTest(run) && presence.state === 'completed';
  return isDone ? ['telescope', 'testing.iconPassed'] : ICONS[presence.state];
}

/** The alarm of a run that goes on. */
function alarmOf({ presence, status, run }: RunSummary): AlertText | undefined {
  return FINAL_STATES.has(presence.state) || isRangeTest(run) ? undefined : status?.alarm;
}

/** The icon does not spin for a run of which only a heartbeat is known. */
const ELSEWHERE = ['remote'] as const;

/** Every run of the workspace, newest first; a sweep is one entry; archived ones in a folder of their own at the end. */
export class RunsTree implements vscode.TreeDataProvider<TreeEntry>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #services: Services;
  readonly #changed = this.#store.track(new vscode.EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    this.#store.track(services.runs.onDidChange(() => this.#changed.fire(undefined)));
    this.#store.track(services.runs.onDidChangeCurrent(() => this.#changed.fire(undefined)));
  }

  getChildren(parent?: TreeEntry): TreeEntry[] {
    const { runs } = this.#services.runs;
    const archived = runs.filter((run) => run.meta.archived ?? false);
    if (parent === 'archive') return archived.map(itemOf);
    if (parent && 'sweep' in parent) return parent.trials.map(itemOf);
    if (parent) return [];
    const shown = this.#grouped(runs.filter((run) => !archived.includes(run)));
    return [...shown, ...(archived.length > 0 ? (['archive'] as const) : [])];
  }

  /** A sweep has the place of its newest trial. */
  #grouped(runs: readonly RunSummary[]): TreeEntry[] {
    const entries: (RunItem | SweepItem)[] = [];
    const sweeps = new Map<string, RunSummary[]>();
    for (const run of runs) {
      const sweep = this.#services.runs.sweepOf(run.dir);
      const trials = sweep === undefined ? undefined : sweeps.get(sweep);
      if (sweep === undefined) entries.push(itemOf(run));
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
    if (!('sweep' in item)) return this.#runItem(item.summary);
    // Few have one: not loaded with the tree.
    const { sweepItem } = await this.#services.load(() => import('./sweep-item'));
    return sweepItem(item);
  }

  #runItem(summary: RunSummary): vscode.TreeItem {
    const { presence, run, meta, dir, own } = summary;
    const item = new vscode.TreeItem(visible(meta.title ?? summary.name));
    const isElsewhere = presence.where === 'elsewhere' && !FINAL_STATES.has(presence.state);
    const [icon, colour] = isElsewhere ? ELSEWHERE : iconOf(summary);
    const best = summary.status?.progress?.best;
    const { t } = this.#services;
    item.id = dir;
    item.iconPath = new vscode.ThemeIcon(icon, colour ? new vscode.ThemeColor(colour) : undefined);
    const isShown = dir === this.#services.runs.current?.dir;
    const map =
      best === undefined ? '' : `${shortMetric(best.task)} ${formatMetric(best.map).replace(/^0/, '')}`;
    const whose = own ? '' : vscode.l10n.t('not yours');
    const parts = [isShown ? '●' : '', whose, map, formatAgo((Date.now() - run.created) / 1000, t)];
    item.description = parts.filter((part) => part !== '').join('  ');
    item.contextValue = contextOf(summary);
    item.tooltip = tooltipOf(summary, this.#services);
    item.command = { command: 'pitwall.openDashboard', title: '', arguments: [{ dir }] };
    const label = [item.label, stateLabel(presence.state, t, run), whose, map].filter((part) => part !== '');
    item.accessibilityInformation = { label: label.join(', ') };
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const itemOf = (summary: RunSummary): RunItem => ({ dir: summary.dir, summary });

/** run.live, run.ended, run.elsewhere, run.archived: context values for menus. */
function contextOf({ presence, meta }: RunSummary): string {
  if (meta.archived) return 'run.archived';
  if (FINAL_STATES.has(presence.state)) return 'run.ended';
  return presence.where === 'elsewhere' ? 'run.elsewhere' : 'run.live';
}

function tooltipOf(summary: RunSummary, { t }: Services): vscode.MarkdownString {
  const { presence, run, dir, meta, own } = summary;
  const alarm = alarmOf(summary);
  const said = presence.note && saidText({ message: presence.note, said: presence.said }, t);
  const lines = [
    meta.title ?? run.name,
    `${stateLabel(presence.state, t, run)}${said ? `: ${said}` : ''}`,
    alarm && alertText(alarm, t),
    `${path.basename(run.experiment.file)}, ${run.machine.host}`,
    dir,
    own ? undefined : strangeNote(),
    meta.tags?.map((tag) => `#${tag}`).join(' '),
    meta.notes,
  ];
  const text = lines.filter((line) => line !== undefined && line !== '').join('\n');
  return explainedTooltip(text, topicOfListed(run, presence, alarm));
}

const strangeNote = (): string =>
  vscode.l10n.t(
    'Not started by you, or copied or moved since: nothing that it names is executed until you say so.',
  );
