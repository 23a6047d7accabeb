import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { BadInputError } from '../../base/bad-input';
import { mapPool } from '../../base/pool';
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
  readonly notes: readonly string[];
};

const SPLITS: readonly ClassSplit[] = ['train', 'val', 'test'];
const STAT_WIDTH = 32;

/** The images of a classification set, as Ultralytics takes them. `names`: the model's classes, if it knows them. */
export async function readClassSet(
  { data, split, fraction, single_cls }: Pick<ValidateParams, 'data' | 'split' | 'fraction' | 'single_cls'>,
  names: readonly string[] | undefined,
): Promise<ClassSet> {
  const name = SPLITS.find((known) => known === split);
  if (!name) throw new BadInputError(`split "${split}" is not known: expected train, val or test`);
  const found = await listClassImages(data, name);
  if (!found || found.images.length === 0)
    throw new BadInputError(`${data}: no images in ${name}/CLASS/, as a classification set has them`);
  const classOf = classesOf(found.names, single_cls ? 'one' : names);
  const chosen = spread(found.images, fraction);
  const known = chosen.filter(({ folder }) => classOf[folder] !== undefined);
  const lacking = found.names.filter((_, folder) => classOf[folder] === undefined);
  const notes = lacking.map(
    (cls) => `${data}: the model does not have the class ${cls}: its images are left out`,
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
