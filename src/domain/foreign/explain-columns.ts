import { nearestName } from '../../base/suggest';
import { listed, quoted, type Words, words } from '../../base/words';
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
