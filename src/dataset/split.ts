import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { mapPool } from '../base/async';
import { hasErrors, type Problem, worded } from '../base/problem';
import { lineOf } from '../base/worded-error';
import { type Words, withoutPlace, words } from '../base/words';
import { DIGEST_LENGTH } from '../domain/compare/val-set';
import { takeFraction } from '../domain/dataset/fraction';
import { labelPathOf } from '../domain/dataset/image-path';
import { type LabelRules, type Labels, NO_LABELS, parseLabels } from '../domain/dataset/labels';
import type { DatasetYaml, SplitName } from '../domain/dataset/parse';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';
import { loadDatasetYaml } from './load-yaml';
import { listSplit } from './sources';

/** One image of a split; boxes are cx, cy, w, h, normalized, length 4n. */
export type DatasetImage = Labels & {
  /** Absolute. */
  readonly file: string;
  /** Changes when the image file is written. */
  readonly stamp: string;
  /** Digest of its label file; that of an empty one if there is no such file. */
  readonly labelDigest: string;
};

export type DatasetSplit = {
  /** One name if all classes are treated as one. */
  readonly names: readonly string[];
  readonly datasetNames: readonly string[];
  /** Images whose labels can be read, in path order. An image without labels is background. */
  readonly images: readonly DatasetImage[];
  /** Errors make the split unusable; a label file that cannot be read costs its image and is a warning. */
  readonly problems: readonly Problem[];
  /** Images without a label file; an empty one does not count, as it says that there is nothing. */
  readonly unlabelled: readonly string[];
  /**
   * Hash over image paths (from the dataset's folder), image sizes and label bytes: cheap, and enough to see that a set
   * has changed. Two sets are compared by what they contain, see src/validator/val-set/judged-set.ts.
   */
  readonly fingerprint: string;
};

export type SplitOptions = {
  readonly singleCls?: boolean;
  readonly fraction?: number;
  /** What was read before; files that look unchanged are not read again. Is filled. */
  readonly known?: KnownImages;
};

type ReadImage = {
  readonly image: DatasetImage | undefined;
  readonly problems: readonly Problem[];
  readonly digest: string;
  readonly unlabelled?: true;
};

/** Images by file, each with the stamp of the files it was read from. */
export type KnownImages = Map<string, { readonly stamp: string; readonly read: ReadImage }>;

/** Open files at once: enough to hide the latency of a network disk, few enough for any limit. */
const READ_WIDTH = 32;
const MOST_PROBLEMS = 50;
/** Coarser than the clock of any file system (FAT: 2 s). */
const SETTLE_MS = 3000;
const LABELS = { most: MOST_BYTES.labels, links: 'follow' } as const;

/** Reads a split with all its labels. Nothing is ever written beside the data. */
export async function loadSplit(
  yaml: string,
  split: SplitName,
  options: SplitOptions = {},
): Promise<DatasetSplit> {
  const { dataset, problems } = await loadDatasetYaml(yaml);
  if (!dataset) return { names: [], datasetNames: [], images: [], problems, unlabelled: [], fingerprint: '' };
  const names = options.singleCls ? ['item'] : dataset.names;
  const named = { names, datasetNames: dataset.names };
  const listed = await listSplit(dataset, yaml, split);
  if (listed.problems.length > 0)
    return {
      ...named,
      images: [],
      problems: [...problems, ...listed.problems],
      unlabelled: [],
      fingerprint: '',
    };
  const files = takeFraction(listed.files, options.fraction ?? 1);
  const rules = rulesOf(dataset, options);
  const how = { base: path.dirname(yaml), rules, known: options.known };
  const read = await mapPool(files, READ_WIDTH, (file) => readImage(file, how));
  return { ...named, ...assemble(read, problems, { file: yaml, key: split }) };
}

function rulesOf(dataset: DatasetYaml, options: SplitOptions): LabelRules {
  return {
    classes: dataset.names.length,
    columns: dataset.columns,
    singleCls: options.singleCls ?? false,
  };
}

function assemble(
  read: readonly ReadImage[],
  problems: readonly Problem[],
  place: { readonly file: string; readonly key: string },
): Omit<DatasetSplit, 'names' | 'datasetNames'> {
  const images = read.map((r) => r.image).filter((image) => image !== undefined);
  const all = [...problems, ...capped(read.flatMap((r) => r.problems))];
  if (images.length === 0 && !hasErrors(all))
    all.push({ ...place, severity: 'error', ...worded(words('no image of the split has readable labels')) });
  const hash = createHash('sha256');
  for (const { digest } of read) hash.update(digest);
  const unlabelled = read.flatMap((r) => (r.unlabelled && r.image ? [r.image.file] : []));
  return { images, problems: all, unlabelled, fingerprint: hash.digest('hex') };
}

/** Errors first, since the first is the one line a command prints. */
function capped(found: readonly Problem[]): Problem[] {
  const ordered = [
    ...found.filter((p) => p.severity === 'error'),
    ...found.filter((p) => p.severity !== 'error'),
  ];
  if (ordered.length <= MOST_PROBLEMS) return ordered;
  const rest = ordered.length - MOST_PROBLEMS;
  const more: Problem = { severity: 'warning', ...worded(words('{0} more label files have problems', rest)) };
  return [...ordered.slice(0, MOST_PROBLEMS), more];
}

type SplitReading = {
  readonly base: string;
  readonly rules: LabelRules;
  readonly known: KnownImages | undefined;
};

async function readImage(file: string, { base, rules, known }: SplitReading): Promise<ReadImage> {
  const labelFile = labelPathOf(file);
  const [image, label] = await Promise.all([file, labelFile].map((f) => stat(f).catch(() => undefined)));
  const stamp = stampOf(image);
  const both = JSON.stringify([base, rules, stamp, stampOf(label)]);
  const before = known?.get(file);
  if (before?.stamp === both) return before.read;
  const bytes = label && (await readBytes(labelFile, LABELS).catch(lineOf));
  if (bytes && 'template' in bytes) return unreadLabels(file, labelFile, bytes);
  const labelDigest = createHash('sha256')
    .update(bytes ?? '')
    .digest('base64url')
    .slice(0, DIGEST_LENGTH);
  const relative = path.relative(base, file).split(path.sep).join('/');
  const digest = `${relative}\n${image?.size ?? -1}\n${labelDigest}\n`;
  const labelled = readLabels({ file, stamp, labelDigest }, labelFile, bytes, rules);
  const read = { ...labelled, digest };
  if (isSettled(label?.mtimeMs)) known?.set(file, { stamp: both, read });
  return read;
}

function stampOf(stats: Stats | undefined): string {
  return stats ? `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}` : '';
}

/** Labels that exist and cannot be read do not make an image background. */
function unreadLabels(file: string, labelFile: string, why: Words): ReadImage {
  const said = words('{0}; the image is left out', withoutPlace(why, labelFile));
  const problem: Problem = { severity: 'warning', file: labelFile, ...worded(said) };
  return { image: undefined, problems: [problem], digest: `${file}\n` };
}

/** A file written a moment ago may be written again within the resolution of its time; it is read again instead. */
const isSettled = (mtimeMs = 0): boolean => Math.abs(Date.now() - mtimeMs) > SETTLE_MS;

function readLabels(
  image: Omit<DatasetImage, keyof Labels>,
  labelFile: string,
  bytes: Buffer | undefined,
  rules: LabelRules,
): Omit<ReadImage, 'digest'> {
  if (bytes === undefined) return { image: { ...image, ...NO_LABELS }, problems: [], unlabelled: true };
  const parsed = parseLabels(bytes.toString('utf8'), rules);
  if (parsed.kind === 'fault') {
    const { line = 1, said, classOutOfRange } = parsed.fault;
    const range = { start: 0, end: 0, line, column: 1 };
    const problem: Problem = {
      severity: classOutOfRange ? 'error' : 'warning',
      file: labelFile,
      range,
      ...worded(classOutOfRange ? said : words('{0}; the image is left out', said)),
    };
    return { image: undefined, problems: [problem] };
  }
  return { image: { ...image, ...parsed.labels }, problems: duplicateProblem(labelFile, parsed.duplicates) };
}

function duplicateProblem(file: string, duplicates: number): Problem[] {
  if (duplicates === 0) return [];
  return [{ severity: 'info', file, ...worded(words('{0} duplicate labels removed', duplicates)) }];
}
