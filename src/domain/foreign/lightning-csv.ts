// metrics.csv of PyTorch Lightning's CSVLogger, which RF-DETR writes too: a line for each call of the logger, so most cells
// are empty, and a new column makes it write the file anew. Source: lightning/fabric/loggers/csv_logs.py, 2.6.

import { csvCells, parseCell } from './csv-columns';
import type { ScalarRow } from './scalar-table';

/** Whether a header is one of CSVLogger: it writes the step into every line. */
export const isLightningHeader = (header: string): boolean => {
  const names = csvCells(header.trim());
  return names.includes('step') && !names.some((name) => /^(x\/)?lr\d|^metrics\//.test(name));
};

/** Whole lines; a last one without its newline is still being written. Epochs count from 0 there, from 1 here. */
export function parseLightningCsv(text: string): ScalarRow[] {
  const [header = '', ...lines] = text.slice(0, text.lastIndexOf('\n') + 1).split(/\r?\n/);
  // Names of classes become names of columns, and may hold a comma.
  const names = csvCells(header);
  const rows = lines.filter((line) => line !== '').flatMap((line) => rowOf(names, csvCells(line)));
  return names.includes('epoch') ? withEpochs(rows) : rows;
}

function rowOf(names: readonly string[], values: readonly string[]): ScalarRow[] {
  if (values.length !== names.length) return [];
  const filled = names.flatMap((name, i) =>
    values[i] === '' ? [] : [[name, parseCell(values[i])] as const],
  );
  const { step, epoch, ...logged } = Object.fromEntries(filled);
  if (!Number.isInteger(step)) return [];
  return [{ step, ...(Number.isInteger(epoch) && { epoch: epoch + 1 }), values: logged }];
}

/** LearningRateMonitor logs before the epoch is known to the logger: it is the one of the line that follows. */
function withEpochs(rows: readonly ScalarRow[]): ScalarRow[] {
  const result: ScalarRow[] = [];
  let epoch: number | undefined;
  for (const row of [...rows].reverse()) {
    epoch = row.epoch ?? epoch;
    // The last lines wait for one that says it.
    if (epoch !== undefined) result.push({ ...row, epoch });
  }
  return result.reverse();
}
