import type { ForeignRecord } from './record';
import type { ScalarPoint } from './tfevents';

export type TagKind = { readonly kind: 'loss' | 'lr' | 'metric'; readonly name: string };

const METRICS: readonly (readonly [RegExp, string])[] = [
  [/map[_@]?0?\.?50?[-:](0?\.)?95/i, 'map'],
  [/map[_@]?(0\.5|50)/i, 'map50'],
  [/precision/i, 'precision'],
  [/recall/i, 'recall'],
];

/** What a scalar's tag stands for, by the names that trainers use; undefined for everything that is none of it. */
export function classifyTag(tag: string): TagKind | undefined {
  const last = tag.slice(tag.lastIndexOf('/') + 1);
  const metric = METRICS.find(([pattern]) => pattern.test(last));
  if (metric) return { kind: 'metric', name: metric[1] };
  if (/(^|\/)(lr|learning[_ ]rate)/i.test(tag)) return { kind: 'lr', name: last };
  if (!/loss/i.test(tag)) return undefined;
  const part = last.replace(/_?loss$/i, '');
  const name = part === '' || part === 'train' ? 'total' : part;
  return { kind: 'loss', name: /^val(id(ation)?)?[/_]/i.test(tag) ? `val_${name}` : name };
}

/** Points of one step become one record, steps in the order they came; `wanted` renames tags (ours -> the file's). */
export function recordsOfPoints(
  points: readonly ScalarPoint[],
  wanted: Readonly<Record<string, string>>,
): ForeignRecord[] {
  const renamed = new Map(Object.entries(wanted).map(([ours, tag]) => [tag, ours]));
  const records: ForeignRecord[] = [];
  const group: ScalarPoint[] = [];
  for (const point of points) {
    if (group.length > 0 && group[0].step !== point.step)
      records.push(...recordsOfStep(group.splice(0), renamed));
    group.push(point);
  }
  group.length > 0 && records.push(...recordsOfStep(group, renamed));
  return records;
}

function recordsOfStep(
  points: readonly ScalarPoint[],
  renamed: ReadonlyMap<string, string>,
): ForeignRecord[] {
  const found = {
    loss: {} as Record<string, number>,
    lr: {} as Record<string, number>,
    metric: {} as Record<string, number>,
  };
  for (const { tag, value } of points) {
    const kind = classifyTag(renamed.get(tag) ?? tag);
    if (kind) found[kind.kind][kind.name] = value;
  }
  const { step, wallTime } = points[0];
  const hasStep = Object.keys(found.loss).length + Object.keys(found.lr).length > 0;
  const stepRecord: ForeignRecord = {
    kind: 'step',
    step,
    epoch: undefined,
    loss: found.loss,
    lr: found.lr,
    time: wallTime * 1000,
  };
  // A validation is logged under the step or the epoch it belongs to; which of the two, the file does not say.
  const epochRecord: ForeignRecord = {
    kind: 'epoch',
    epoch: Math.max(1, step),
    loss: {},
    metrics: found.metric,
  };
  return [...(hasStep ? [stepRecord] : []), ...(Object.keys(found.metric).length > 0 ? [epochRecord] : [])];
}
