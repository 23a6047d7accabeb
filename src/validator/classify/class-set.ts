import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { mapPool } from '../../base/async';
import { BadInputError } from '../../base/bad-input';
import { type Words, words } from '../../base/words';
import { type ClassImage, type ClassSplit, listClassImages } from '../../dataset/class-folders';
import { DIGEST_LENGTH } from '../../domain/compare/val-set';
import { spread } from '../../domain/dataset/fraction';
import type { ValidateParams } from '../../protocol/validator';

/** An image with its class among the model's. */
export type ClassedImage = {
  readonly file: string;
  readonly stamp: string;
  readonly class: number;
  /** Stands for its label: the name of its class. */
  readonly labelDigest: string;
};

export type ClassSet = {
  readonly names: readonly string[];
  readonly images: readonly ClassedImage[];
  /** Lines to report. */
  readonly notes: readonly Words[];
};

const SPLITS: readonly ClassSplit[] = ['train', 'val', 'test'];
const STAT_WIDTH = 32;

/** The images of a classification set, as Ultralytics takes them. `names`: the model's classes, if it knows them. */
export async function readClassSet(
  { data, split, fraction, single_cls }: Pick<ValidateParams, 'data' | 'split' | 'fraction' | 'single_cls'>,
  names: readonly string[] | undefined,
): Promise<ClassSet> {
  const name = SPLITS.find((known) => known === split);
  if (!name) throw new BadInputError(words('split "{0}" is not known: expected train, val or test', split));
  const found = await listClassImages(data, name);
  if (!found || found.images.length === 0)
    throw new BadInputError(
      words('{0}: no images in {1}/CLASS/, as a classification set has them', data, name),
    );
  const classOf = classesOf(found.names, single_cls ? 'one' : names);
  const chosen = spread(found.images, fraction);
  const known = chosen.filter(({ folder }) => classOf[folder] !== undefined);
  const lacking = found.names.filter((_, folder) => classOf[folder] === undefined);
  const notes = lacking.map((cls) =>
    words('{0}: the model does not have the class {1}: its images are left out', data, cls),
  );
  return {
    names: names ?? found.names,
    images: await mapPool(known, STAT_WIDTH, (image) => classed(image, found.names[image.folder], classOf)),
    notes,
  };
}

/** By name, if the model has one of the names; else in the order of the folders. */
function classesOf(
  folders: readonly string[],
  names: readonly string[] | 'one' | undefined,
): readonly (number | undefined)[] {
  if (names === 'one') return folders.map(() => 0);
  const has = (index: number): boolean => names === undefined || index < names.length;
  if (!names?.some((name) => folders.includes(name))) return folders.map((_, i) => (has(i) ? i : undefined));
  return folders.map((folder) => (names.includes(folder) ? names.lastIndexOf(folder) : undefined));
}

async function classed(
  { file, folder }: ClassImage,
  name: string,
  classOf: readonly (number | undefined)[],
): Promise<ClassedImage> {
  const stats = await stat(file).catch(() => undefined);
  return {
    file,
    stamp: stats ? `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}` : '',
    class: classOf[folder] ?? 0,
    labelDigest: createHash('sha256').update(name).digest('base64url').slice(0, DIGEST_LENGTH),
  };
}
