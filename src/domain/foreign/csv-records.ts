import type { ForeignRecord } from './record';
import type { ForeignEpoch, ForeignTable } from './results-csv';

export type TableReading = {
  /** Rows before this one have already been reported. */
  readonly fromRow: number;
  /** When the last row was written, Unix ms; undefined if it is not known. */
  readonly writtenMs?: number | undefined;
  /** False if the trainer does not validate: its metric cells then repeat old values. */
  readonly hasMetrics: boolean;
};

/** A results.csv has one line an epoch, so an epoch counts as one step there: step = epoch - 1. */
export function recordsOfTable(table: ForeignTable, reading: TableReading): ForeignRecord[] {
  const { fromRow, writtenMs, hasMetrics } = reading;
  const seconds = epochSeconds(table.rows);
  const times = writtenTimes(seconds, writtenMs);
  return table.rows.slice(fromRow).flatMap(({ epoch, loss, lr, metrics }, i) => {
    const row = fromRow + i;
    const rates = Object.fromEntries(table.groups.map((group, g) => [group, lr[g]]));
    const time = times[row];
    return [
      { kind: 'step' as const, step: epoch - 1, epoch, loss, lr: rates, time },
      {
        kind: 'epoch' as const,
        epoch,
        loss,
        metrics: hasMetrics ? metrics : {},
        seconds: seconds[row],
        ...(time !== undefined && { time }),
      },
    ];
  });
}

/** The `time` column counts from the start of a process, so it falls at a resume. NaN without the column. */
function epochSeconds(rows: readonly ForeignEpoch[]): number[] {
  return rows.map(({ time = Number.NaN }, i) => {
    const before = i === 0 ? 0 : (rows[i - 1].time ?? Number.NaN);
    return time > before ? time - before : time;
  });
}

/** Counted back from the last row's time; rows before one without seconds have none. */
function writtenTimes(seconds: readonly number[], writtenMs: number | undefined): (number | undefined)[] {
  const times: (number | undefined)[] = [];
  let at = writtenMs;
  for (let i = seconds.length - 1; i >= 0; i--) {
    times[i] = at;
    at = at === undefined || !Number.isFinite(seconds[i]) ? undefined : at - Math.round(seconds[i] * 1000);
  }
  return times;
}

/** Rows up to here are the same in both tables. */
export function sameRows(before: readonly ForeignEpoch[], now: readonly ForeignEpoch[]): number {
  const differs = now.findIndex((row, i) => JSON.stringify(row, words) !== JSON.stringify(before[i], words));
  return differs < 0 ? now.length : differs;
}

const words = (_key: string, value: unknown): unknown => (typeof value === 'number' ? String(value) : value);
