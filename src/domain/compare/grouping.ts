import { naturalOrder } from '../../base/natural-order';
import { bitsApart, greyApart, type ImageHash } from '../dataset/image-hash';
import type { ImageGroups } from './draw';

/** What groups were made by; `image`: each image is drawn by itself. */
export const GROUPED_BY = ['image', 'look', 'name', 'folder', 'pattern'] as const;
export type GroupedBy = (typeof GROUPED_BY)[number];

export type Grouping = ImageGroups & { readonly by: GroupedBy };

/** An image of a val set: its path from the dataset's folder, and what it looks like, if that is known. */
export type Groupable = { readonly file: string; readonly hash: ImageHash | undefined };

/** `off`, `name`, `folder`, a regular expression of names, else by what looks alike. */
export function groupImages(images: readonly Groupable[], how: string): Grouping {
  const files = images.map(({ file }) => file);
  if (how === 'off') return { ...numbered(files.map((_, i) => String(i))), by: 'image' };
  if (how === 'folder') return { ...numbered(files.map(folderOf)), by: 'folder' };
  if (how === 'name') return { ...numbered(files.map(stemOf)), by: 'name' };
  // A pattern that is none was refused when the experiment was read.
  if (how !== 'auto')
    return { ...numbered(files.map((file) => matchOf(file, new RegExp(how, 'u')))), by: 'pattern' };
  const found = { ...numbered(joinAlike(images)), by: 'look' } as const;
  return isUsable(found, files.length) ? found : groupImages(images, 'off');
}

/** Fewer groups give no interval; one that holds most images was made by a scene that all share, as on a production line. */
const FEWEST_GROUPS = 10;
const LARGEST_SHARE = 0.5;

function isUsable({ of, count }: ImageGroups, images: number): boolean {
  const sizes = new Uint32Array(count);
  for (const group of of) sizes[group]++;
  return count < images && count >= FEWEST_GROUPS && Math.max(...sizes) <= LARGEST_SHARE * images;
}

/** Keys in the order in which they first come, so that the same images give the same numbers. */
function numbered(keys: readonly string[]): ImageGroups {
  const numbers = new Map<string, number>();
  const of = keys.map((key) => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
  return { of: Uint32Array.from(of), count: numbers.size };
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));
const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');

/** A name without the number of its frame: drive_03_000125 is of drive_03. */
function stemOf(file: string): string {
  return `${folderOf(file)}/${copyOf(file).replace(/[-_ .]?(?:frame|img|f)?[-_ ]?\d+$/i, '')}`;
}

/** Roboflow names the versions of an image NAME_jpg.rf.HASH. */
const copyOf = (file: string): string => nameOf(file).replace(/\.rf\.[0-9a-f]+$/i, '');

/** The first group of the expression, else all of what it matches; an image that it does not match is its own group. */
function matchOf(file: string, pattern: RegExp): string {
  const match = pattern.exec(file);
  return match ? `= ${match[1] ?? match[0]}` : file;
}

/** Bits of 64 and grey levels of 255: for any two images as for look-alikes across splits (dataset/survey/look-alikes.ts). */
const ANY_TWO = { bits: 6, grey: 10 };
/** For images of one stem whose numbers follow each other: frames of a moving camera. */
const NEIGHBOURS = { bits: 12, grey: 16 };

/** Images that look alike, versions of one image, and frames that follow each other: each joined with the next of its kind. */
function joinAlike(images: readonly Groupable[]): string[] {
  const parent = images.map((_, i) => i);
  const rootOf = (image: number): number => {
    let i = image;
    while (parent[i] !== i) i = parent[i];
    return i;
  };
  for (const [a, b] of pairsAlike(images)) parent[rootOf(b)] = rootOf(a);
  return parent.map((_, i) => String(rootOf(i)));
}

type Indexes = readonly [number, number];

function pairsAlike(images: readonly Groupable[]): Indexes[] {
  const byName = images.map(({ file }, i) => ({
    i,
    copy: `${folderOf(file)}/${copyOf(file)}`,
    stem: stemOf(file),
  }));
  const inOrder = byName.toSorted((a, b) => naturalOrder(a.copy, b.copy));
  const next = inOrder.slice(1).flatMap((b, k): Indexes[] => {
    const a = inOrder[k];
    const isFrame = a.stem === b.stem && isAlike(images[a.i].hash, images[b.i].hash, NEIGHBOURS);
    return a.copy === b.copy || isFrame ? [[a.i, b.i]] : [];
  });
  const any = images.flatMap(({ hash }, i) =>
    images.slice(0, i).flatMap((other, k): Indexes[] => (isAlike(hash, other.hash, ANY_TWO) ? [[k, i]] : [])),
  );
  return [...next, ...any];
}

function isAlike(
  a: ImageHash | undefined,
  b: ImageHash | undefined,
  most: { bits: number; grey: number },
): boolean {
  return a !== undefined && b !== undefined && bitsApart(a, b) <= most.bits && greyApart(a, b) <= most.grey;
}

type Grouped = {
  readonly groups?: readonly number[] | undefined;
  readonly groupedBy?: GroupedBy | undefined;
};

/** The groups that a record was written with; none if each image is its own. */
export function groupsOf({ groups, groupedBy = 'image' }: Grouped): Grouping | undefined {
  if (!groups || groupedBy === 'image') return undefined;
  return {
    of: Uint32Array.from(groups),
    count: 1 + groups.reduce((most, group) => Math.max(most, group), 0),
    by: groupedBy,
  };
}

/** Of two records on the same images: the coarser, so that neither takes copies for news; whichever comes first. */
export function commonGroups(a: Grouped, b: Grouped): Grouping | undefined {
  const [one, other] = [groupsOf(a), groupsOf(b)];
  if (!one || !other) return one ?? other;
  return other.count < one.count || (other.count === one.count && other.by < one.by) ? other : one;
}
