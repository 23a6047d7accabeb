export type TagKind = { readonly kind: 'loss' | 'lr' | 'metric' | 'epoch'; readonly name: string };

const METRICS: readonly (readonly [RegExp, string])[] = [
  [/map[_@]?0?\.?50?[-:](0?\.)?95/i, 'map'],
  [/map[_@]?(0\.5|50)/i, 'map50'],
  [/precision/i, 'precision'],
  [/recall/i, 'recall'],
];

/** The meaning of a scalar's tag, by the names that trainers use; undefined for any other. */
export function classifyTag(tag: string): TagKind | undefined {
  const last = tag.slice(tag.lastIndexOf('/') + 1);
  const metric = METRICS.find(([pattern]) => pattern.test(last));
  if (metric) return { kind: 'metric', name: metric[1] };
  if (/^epoch$/i.test(last)) return { kind: 'epoch', name: 'epoch' };
  if (/(^|\/)(lr|learning[_ ]rate)/i.test(tag)) return { kind: 'lr', name: last };
  if (!/loss/i.test(tag)) return undefined;
  const part = last.replace(/_?loss$/i, '');
  const name = part === '' || part === 'train' ? 'total' : part;
  return { kind: 'loss', name: /^val(id(ation)?)?[/_]/i.test(tag) ? `val_${name}` : name };
}
