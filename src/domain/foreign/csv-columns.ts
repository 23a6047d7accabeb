// Columns of a CSV of numbers: what each is, by its name and never by its place. Sources: Ultralytics engine/trainer.py (unpadded
// since v8.3.9), yolov5 utils/loggers (padded), LibreYOLO; others by command.metrics.

import { nearestName } from '../../base/suggest';
import { listed, quoted, type Words, words } from '../../base/words';
import { classifyTag } from './classify-tag';

/** What the cells of a column are; `name` is ours: box, map50, pg0. */
export type ColumnPlace = {
  readonly to: 'epoch' | 'time' | 'loss' | 'metrics' | 'lr';
  readonly name: string;
};

/** Our name of a number -> the column that has it; these are read beside the columns that Ultralytics and YOLOv5 write. */
export type WantedColumns = Readonly<Record<string, string>>;

export type CsvColumns = {
  /** Names of the columns as in the file. */
  readonly header: readonly string[];
  /** One a column; undefined: it is not read. */
  readonly places: readonly (ColumnPlace | undefined)[];
  /** Without a column that is the epoch no line is read. */
  readonly hasEpochs: boolean;
  /** That none is the epoch; of two that are the same number, which one is read. */
  readonly problems: readonly Words[];
};

/** Of several columns that are one number the one that is `wanted` is read, else the last. */
export function columnsOf(header: readonly string[], wanted: WantedColumns): CsvColumns {
  const named = new Map(Object.entries(wanted).map(([ours, column]) => [column, ours]));
  const found = header.map((name) => wantedPlace(named.get(name)) ?? placeOf(name));
  const taken = new Map<string, number>();
  for (const [i, place] of found.entries()) {
    const before = taken.get(keyOf(place));
    const isLess = before !== undefined && named.has(header[before]) && !named.has(header[i]);
    if (!isLess) taken.set(keyOf(place), i);
  }
  const left = found.flatMap((place, i) => {
    const read = taken.get(keyOf(place)) ?? i;
    return place === undefined || read === i ? [] : [twice(header[i], header[read], place.name)];
  });
  const places = found.map((place, i) => (taken.get(keyOf(place)) === i ? place : undefined));
  const hasEpochs = places.some(isEpoch);
  const isEmpty = header.join('') === '';
  return { header, places, hasEpochs, problems: hasEpochs || isEmpty ? left : [noEpoch(header), ...left] };
}

const keyOf = (place: ColumnPlace | undefined): string => `${place?.to}/${place?.name}`;

export const isEpoch = (place: ColumnPlace | undefined): boolean => place?.to === 'epoch';

const noEpoch = (header: readonly string[]): Words =>
  words('no column is the epoch, and no line is read: {0}', shownOf(header));

const shownOf = (header: readonly string[]): string =>
  header.slice(0, MOST_SHOWN).join(', ') + (header.length > MOST_SHOWN ? ', ...' : '');

const twice = (left: string, read: string, ours: string): Words =>
  left === read
    ? words('the column {0} is there more than once: the last one is read', read)
    : words('the columns {0} and {1} are both {2}: {1} is read', left, read, ours);

function placeOf(name: string): ColumnPlace | undefined {
  if (name === 'epoch' || name === 'time') return { to: name, name };
  const [group, key = ''] = name.split('/');
  if (group === 'train') return { to: 'loss', name: lossName(key) };
  if (group === 'val') return { to: 'metrics', name: `val_${lossName(key)}` };
  if (group === 'metrics') return { to: 'metrics', name: classifyTag(name)?.name ?? key };
  return group === 'lr' || /^x\/lr\d+$/.test(name) ? { to: 'lr', name: key } : undefined;
}

/** The meaning of one of our names: epoch, a rate, a loss, or a metric. */
function wantedPlace(ours: string | undefined): ColumnPlace | undefined {
  if (ours === undefined) return undefined;
  const { kind, name } = classifyTag(ours) ?? { kind: 'metric' as const, name: ours };
  if (kind === 'epoch') return { to: 'epoch', name };
  if (kind === 'lr') return { to: 'lr', name: ours };
  return { to: kind === 'metric' ? 'metrics' : 'loss', name };
}

/** LibreYOLO writes the sum as `train/loss` beside its parts. */
const lossName = (key: string): string => (key === 'loss' ? 'total' : key.replace(/_loss$/, ''));

/** A spreadsheet of a country whose decimal point is a comma saves with `;`. */
export const delimiterOf = (header: string): string =>
  [',', ';', '\t'].find((one) => header.replace(/"[^"]*"/g, '').includes(one)) ?? ',';

/** Cells of a line without their spaces; one in quotation marks (RFC 4180) may hold the delimiter. */
export function csvCells(line: string, delimiter = ','): string[] {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const d = delimiter;
  const cell = new RegExp(`${d}(?: *"((?:[^"]|"")*)" *(?=${d}|$)|([^${d}]*))`, 'g');
  return [...`${d}${line}`.matchAll(cell)].map(([, inner, plain]) =>
    (inner?.replaceAll('""', '"') ?? plain ?? '').trim(),
  );
}

/** Python writes nan, inf and -inf; an empty cell is not a number either. */
export function parseCell(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}

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
  const has =
    header.join('') === ''
      ? words('{0} has no whole line', file)
      : words('{0} has the columns {1}', file, shownOf(header));
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
