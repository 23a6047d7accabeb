import { nearestName } from '../../base/suggest';
import { listed, quoted, type Words, words } from '../../base/words';
import type { ForeignRecord } from './record';
import type { ForeignEpoch, ForeignTable, WantedColumns } from './results-csv';

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
  const differs = now.findIndex(
    (row, i) => JSON.stringify(row, asText) !== JSON.stringify(before[i], asText),
  );
  return differs < 0 ? now.length : differs;
}

const asText = (_key: string, value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

const EXPECTED = [
  'epoch',
  'train/box_loss',
  'train/cls_loss',
  'metrics/mAP50(B)',
  'metrics/mAP50-95(B)',
  'lr/pg0',
];
const MOST_SHOWN = 12;

/** Why the columns of a CSV gave no numbers, with the nearest names. */
export function explainColumns(file: string, header: readonly string[], wanted: WantedColumns): Words {
  const shown = header.slice(0, MOST_SHOWN).join(', ') + (header.length > MOST_SHOWN ? ', ...' : '');
  const has =
    header.join('') === '' ? words('{0} is empty', file) : words('{0} has the columns {1}', file, shown);
  const missing = Object.entries(wanted).filter(([, column]) => !header.includes(column));
  if (missing.length > 0) {
    const absent = missing.map(([ours, column]) => meant(`${ours}: ${column}`, nearestName(column, header)));
    return words('{0}; command.metrics names columns that are not there: {1}', has, listed(absent, '; '));
  }
  const near = EXPECTED.flatMap((name) => {
    const found = header.includes(name) ? undefined : nearestName(name, header);
    return found === undefined ? [] : [words('{0} for {1}', found, name)];
  });
  const expected =
    near.length === 0
      ? words('expected epoch, train/..., val/..., metrics/... as Ultralytics writes them')
      : words(
          'expected epoch, train/..., val/..., metrics/... as Ultralytics writes them (near: {0})',
          listed(near, ', '),
        );
  return words(
    '{0}; {1}, or command.metrics with our name and the column, e.g. {epoch: Epoch, loss: train_loss, map: AP}',
    has,
    expected,
  );
}

const meant = (column: string, nearest: string | undefined): Words =>
  nearest === undefined ? quoted(column) : words('{0} (did you mean {1}?)', column, nearest);
