import { type Topic, topicOfAlarm } from '../../domain/display/statistics-page';
import { alarmButton, alertText, isOffered } from '../../protocol/alert-text';
import type { ActionView } from '../../protocol/dashboard/types';
import type { RunFile } from '../../run/files';
import type { RunEntry } from '../../run/state';
import { translate } from '../window';

/** Alerts older than this were already shown. */
const FRESH_MS = 60_000;

export type AlertNotice = {
  readonly message: string;
  readonly button: ActionView | undefined;
  readonly topic: Topic | undefined;
};

/** What a new line of a run's log says that a person should hear of now. */
export function newsOf(entry: RunEntry, run: RunFile | undefined): AlertNotice | undefined {
  if (entry.source !== 'keeper' || entry.value.type !== 'alert') return undefined;
  const { severity, t, action, rule } = entry.value;
  if (severity === 'info' || Date.now() - t >= FRESH_MS) return undefined;
  const button = action && isOffered(action, run, true) ? alarmButton(action, translate) : undefined;
  return { message: alertText(entry.value, translate), button, topic: topicOfAlarm(rule) };
}
