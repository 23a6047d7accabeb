import { nearestName } from '../../base/suggest';
import type { WantedColumns } from './results-csv';

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
export function explainColumns(header: readonly string[], wanted: WantedColumns): string {
  const shown = header.slice(0, MOST_SHOWN).join(', ') + (header.length > MOST_SHOWN ? ', ...' : '');
  const has = header.join('') === '' ? 'is empty' : `has the columns ${shown}`;
  const missing = Object.entries(wanted).filter(([, column]) => !header.includes(column));
  if (missing.length > 0) {
    const absent = missing.map(([ours, column]) => `${ours}: ${column}${meant(column, header)}`);
    return `${has}; command.metrics names columns that are not there: ${absent.join('; ')}`;
  }
  const near = EXPECTED.flatMap((name) => {
    const found = header.includes(name) ? undefined : nearestName(name, header);
    return found === undefined ? [] : [`${found} for ${name}`];
  });
  const guess = near.length === 0 ? '' : ` (near: ${near.join(', ')})`;
  return `${has}; expected epoch, train/..., val/..., metrics/... as Ultralytics writes them${guess}, or command.metrics with our name and the column, e.g. {epoch: Epoch, loss: train_loss, map: AP}`;
}

function meant(column: string, header: readonly string[]): string {
  const found = nearestName(column, header);
  return found === undefined ? '' : ` (did you mean ${found}?)`;
}
