import path from 'node:path';
import * as vscode from 'vscode';
import type { Translate } from '../../base/translate';
import { visible } from '../../base/visible';
import { formatAgo, formatMetric } from '../../domain/display/format';
import { shortMetric } from '../../domain/run/task';
import type { RunSummary } from '../../engine/runs/list-runs';
import { alertText, saidText } from '../../protocol/alert-text';
import { stateLabel } from '../../protocol/dashboard/run-facts';
import type { AlertText } from '../../run/files';
import { isOutOfReach, isRangeTest, topicOfListed } from '../../run/kind';
import { FINAL_STATES, type RunStateName } from '../../run/state-names';
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
};

/** A run's line in the tree. */
export function runItem(summary: RunSummary, { t, isShown }: RunItemOptions): vscode.TreeItem {
  const { presence, run, meta, dir, own } = summary;
  const item = new vscode.TreeItem(visible(meta.title ?? summary.name));
  const isElsewhere = presence.where === 'elsewhere' && !FINAL_STATES.has(presence.state);
  const [icon, colour] = isElsewhere ? ELSEWHERE : iconOf(summary);
  const best = summary.status?.progress?.best;
  item.id = dir;
  item.iconPath = new vscode.ThemeIcon(icon, colour ? new vscode.ThemeColor(colour) : undefined);
  const map =
    best === undefined ? '' : `${shortMetric(best.task)} ${formatMetric(best.map).replace(/^0/, '')}`;
  const whose = own ? '' : vscode.l10n.t('not yours');
  const waits = waitOf(summary, t);
  const parts = [isShown ? '●' : '', whose, waits, map, formatAgo((Date.now() - run.created) / 1000, t)];
  item.description = parts.filter((part) => part !== '').join('  ');
  item.contextValue = contextOf(summary);
  item.tooltip = tooltipOf(summary, t);
  item.command = { command: 'pitwall.openDashboard', title: '', arguments: [{ dir }] };
  const label = [item.label, stateLabel(presence.state, t, run), whose, waits, map].filter(
    (part) => part !== '',
  );
  item.accessibilityInformation = { label: label.join(', ') };
  return item;
}

/** The place of a job in its queue, with the reason. */
function waitOf({ presence, run }: RunSummary, t: Translate): string {
  if (run.target === undefined || presence.state !== 'starting') return '';
  return visible(saidText({ message: presence.note ?? '', said: presence.said }, t));
}

/** run.live, run.ended, run.elsewhere, run.archived: context values for menus. */
function contextOf({ presence, meta, run }: RunSummary): string {
  if (meta.archived) return 'run.archived';
  if (FINAL_STATES.has(presence.state)) return 'run.ended';
  return isOutOfReach(run, presence.where) ? 'run.elsewhere' : 'run.live';
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
