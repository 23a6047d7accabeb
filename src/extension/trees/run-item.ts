import path from 'node:path';
import * as vscode from 'vscode';
import type { Translate } from '../../base/translate';
import { visible } from '../../base/visible';
import { formatAgo, formatMetric, shortName } from '../../domain/display/format';
import { shortMetric } from '../../domain/run/task';
import type { RunSummary } from '../../engine/runs/list-runs';
import { alertText, saidText } from '../../protocol/alert-text';
import { stateLabel } from '../../protocol/dashboard/run-facts';
import type { AlertText } from '../../run/files';
import { isOutOfReach, isRangeTest, topicOfListed } from '../../run/kind';
import { FINAL_STATES, type RunStateName } from '../../run/state-names';
import { knownTime } from '../../run/times';
import { explainedTooltip } from '../notices';

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

type RunItemOptions = {
  readonly t: Translate;
  /** It is the current run. */
  readonly isShown: boolean;
  /** In the queue, from 1, if it waits. */
  readonly place: number | undefined;
};

/** A run's line in the tree. */
export function runItem(summary: RunSummary, { t, isShown, place }: RunItemOptions): vscode.TreeItem {
  const { presence, run, meta, dir, own } = summary;
  const name = visible(meta.title ?? summary.name);
  const item = new vscode.TreeItem(shortName(name));
  item.id = dir;
  item.iconPath = themeIconOf(summary, place);
  const turn = place === undefined ? '' : vscode.l10n.t('{0} in the queue', `#${place}`);
  const facts = [own ? '' : vscode.l10n.t('not yours'), waitOf(summary, t), bestOf(summary)];
  const created = knownTime(run.created);
  const started = created === undefined ? '' : formatAgo((Date.now() - created) / 1000, t);
  const parts = [isShown ? '●' : '', turn, ...facts, started];
  item.description = parts.filter((part) => part !== '').join('  ');
  item.contextValue = contextOf(summary, place);
  item.tooltip = tooltipOf(summary, t);
  item.command = { command: 'pitwall.openDashboard', title: '', arguments: [{ dir }] };
  const label = [name, turn || stateLabel(presence.state, t, run), ...facts];
  item.accessibilityInformation = { label: label.filter((part) => part !== '').join(', ') };
  return item;
}

/** The place of a job in its queue, with the reason. */
function waitOf({ presence, run }: RunSummary, t: Translate): string {
  if (run.target === undefined || presence.state !== 'starting') return '';
  return visible(saidText({ message: presence.note ?? '', said: presence.said }, t));
}

function bestOf({ status }: RunSummary): string {
  const best = status?.progress?.best;
  return best === undefined ? '' : `${shortMetric(best.task)} ${formatMetric(best.map).replace(/^0/, '')}`;
}

const WAITS = ['watch'] as const;

function themeIconOf(summary: RunSummary, place: number | undefined): vscode.ThemeIcon {
  const ours = place === undefined ? iconOf(summary) : WAITS;
  const { where, state } = summary.presence;
  const [icon, colour] = where === 'elsewhere' && !FINAL_STATES.has(state) ? ELSEWHERE : ours;
  return new vscode.ThemeIcon(icon, colour ? new vscode.ThemeColor(colour) : undefined);
}

/** run.live, run.waiting, run.ended, run.elsewhere, run.archived: context values for menus. */
function contextOf(summary: RunSummary, place: number | undefined): string {
  if (summary.meta.archived) return 'run.archived';
  if (FINAL_STATES.has(summary.presence.state)) return 'run.ended';
  if (isOutOfReach(summary.run, summary.presence.where)) return 'run.elsewhere';
  return place === undefined ? 'run.live' : 'run.waiting';
}

function tooltipOf(summary: RunSummary, t: Translate): vscode.MarkdownString {
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
