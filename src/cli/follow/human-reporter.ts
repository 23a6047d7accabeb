import type { RunEntry, RunState } from '../../protocol/run-state';
import type { CliIo } from '../io';
import { createProgress } from '../output/progress';
import { type Style, styleFor } from '../output/style';
import { barText } from './bar-text';
import { epochHeader, epochIsSettled, epochRow } from './epoch-rows';
import type { RunReporter } from './reporter';
import { summaryLines } from './summary';

/** A row per epoch once it is trained and validated, what went wrong as it happens, a bar below on a terminal. */
export function createHumanReporter(io: CliIo, dir: string): RunReporter {
  const style = styleFor(io, io.stdout);
  const progress = createProgress(io.stdout);
  let rows = 0;
  const printRows = (state: RunState, isReady: (epoch: number) => boolean): void => {
    while (rows < state.epochs.length && isReady(state.epochs[rows].epoch)) {
      if (rows === 0) progress.line(epochHeader(style));
      progress.line(epochRow(state, rows, style));
      rows++;
    }
  };
  return {
    onEntries: (entries, state) => {
      // A resumed run may have dropped epochs that were told before.
      rows = Math.min(rows, state.epochs.length);
      for (const text of entries.flatMap((entry) => entryLines(entry, style))) progress.line(text);
      printRows(state, (epoch) => epochIsSettled(state, epoch));
      const { share, left, right } = barText(state);
      progress.update(share, left, right);
    },
    note: (text) => progress.line(text),
    finish: (state) => {
      printRows(state, () => true);
      progress.stop();
      for (const line of summaryLines(state, dir, style)) progress.line(line);
    },
  };
}

/** Entries that are worth a line of their own. */
function entryLines(entry: RunEntry, style: Style): string[] {
  if (entry.source === 'events') return eventLines(entry.value, style);
  if (entry.source === 'validation' && entry.value.type === 'failed')
    return [style.bad(`validation of epoch ${entry.value.epoch} failed: ${entry.value.message}`)];
  if (entry.source !== 'keeper') return [];
  const { value } = entry;
  if (value.type === 'alert') return [marked(value.severity, value.message, style)];
  if (value.type === 'early_stop') return [value.message];
  return value.type === 'answer' && !value.ok ? [marked('warning', value.message, style)] : [];
}

function eventLines(event: Extract<RunEntry, { source: 'events' }>['value'], style: Style): string[] {
  if (event.type === 'log') return [marked(event.level, event.message, style)];
  if (event.type === 'control') return [event.message];
  if (event.type === 'plan')
    return event.settings.map(
      (s) => `${s.key}: ${String(s.requested)} -> ${String(s.effective)}${s.reason ? ` (${s.reason})` : ''}`,
    );
  return [];
}

function marked(severity: 'info' | 'warning' | 'error', message: string, style: Style): string {
  if (severity === 'info') return message;
  return severity === 'error' ? style.bad(`error: ${message}`) : style.warn(`warning: ${message}`);
}
