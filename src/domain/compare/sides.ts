import { type Words, words } from '../../base/words';

/** What the two that are compared are called. */
export type Named = { readonly a: string; readonly b: string };

/** Stand in sentences until it is known what the two are called; a command that shows both in a table leaves them so. */
export const SIDES = { a: words('A'), b: words('B') } as const;

/** A sentence about A and B with the names of the two. */
export function withNames({ template, parts }: Words, names: Named): Words {
  return { template, parts: parts.map((part) => (typeof part === 'object' ? named(part, names) : part)) };
}

function named(part: Words, names: Named): Words | string {
  if (part.parts.length > 0) return withNames(part, names);
  if (part.template === SIDES.a.template) return names.a;
  return part.template === SIDES.b.template ? names.b : part;
}
