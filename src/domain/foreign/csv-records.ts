import type { ForeignRecord } from './record';
import type { ForeignTable } from './results-csv';

/** A results.csv has one line an epoch, so an epoch counts as one step there: step = epoch - 1. */
export function recordsOfTable(table: ForeignTable, fromRow: number): ForeignRecord[] {
  return table.rows.slice(fromRow).flatMap(({ epoch, loss, lr, metrics }) => {
    const rates = Object.fromEntries(table.groups.map((group, i) => [group, lr[i]]));
    return [
      { kind: 'step' as const, step: epoch - 1, epoch, loss, lr: rates, time: undefined },
      { kind: 'epoch' as const, epoch, loss, metrics },
    ];
  });
}
