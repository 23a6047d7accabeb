import type { Severity } from '../../base/problem';
import type { TrainerEvent } from '../../run/events';
import type { KeeperEntry } from '../../run/keeper-entry';
import type { RunEntry } from '../../run/state';
import { type AlarmPlace, alarmCommand, alarmTopics } from '../output/alarm-command';
import { explainedLine } from '../output/explained';
import type { Style } from '../output/style';

/** The lines of a run folder that are printed on a terminal; rows and bar show most of them instead. */
export function entryLines(entry: RunEntry, style: Style, place?: AlarmPlace): string[] {
  if (entry.source === 'events') return eventLines(entry.value, style);
  return entry.source === 'keeper' ? keeperLines(entry.value, style, place) : [];
}

/** Effective settings that differ on most machines and do not change the result; `--json` has them. */
const USUAL: ReadonlySet<string> = new Set(['nbs', 'workers']);

function eventLines(event: TrainerEvent, style: Style): string[] {
  if (event.type === 'log') return [marked(event.level, event.message, style)];
  if (event.type === 'control') return [event.message];
  if (event.type !== 'plan') return [];
  const changed = event.settings.filter(({ key }) => !USUAL.has(key));
  return changed.map(
    ({ key, requested, effective, reason }) =>
      `${key}: ${String(requested ?? 'none')} -> ${String(effective ?? 'none')}${reason ? ` (${reason})` : ''}`,
  );
}

function keeperLines(entry: KeeperEntry, style: Style, place: AlarmPlace | undefined): string[] {
  if (entry.type === 'alert')
    return [
      marked(entry.severity, entry.message, style),
      ...(place ? belowAlarm(entry, place).map(style.dim) : []),
    ];
  if (entry.type === 'early_stop') return [entry.message];
  return entry.type === 'answer' && !entry.ok ? [marked('warning', entry.message, style)] : [];
}

function belowAlarm(alert: Extract<KeeperEntry, { type: 'alert' }>, place: AlarmPlace): string[] {
  const explained = alarmTopics([alert]).map((topic) => `  ${explainedLine(place.installDir, topic)}`);
  return [...alarmCommand(alert.action, place), ...explained];
}

function marked(severity: Severity, message: string, style: Style): string {
  if (severity === 'info') return message;
  return severity === 'error' ? style.bad(`error: ${message}`) : style.warn(`warning: ${message}`);
}
