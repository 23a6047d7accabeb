import { type Dirent, existsSync, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseJson } from '../base/json';
import { type Problem, problemWords, worded } from '../base/problem';
import { lineOf, WordedError } from '../base/worded-error';
import { type Words, words } from '../base/words';
import { takeFraction } from '../domain/dataset/fraction';
import { isImagePath } from '../domain/dataset/image-path';
import type { DatasetYaml, SplitName } from '../domain/dataset/parse';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes, readTextSync } from '../run/folder/read-file';
import { decodeText, loadDatasetYaml, notUtf8 } from './load-yaml';

/** Bounds of a walk. Open Images, the largest published set of detections, has 1.7 million training images in a folder. */
type WalkBounds = { readonly entries: number; readonly depth: number; readonly ms: number };

const MOST: WalkBounds = { entries: 5_000_000, depth: 32, ms: 300_000 };

type Walk = {
  readonly root: string;
  readonly most: WalkBounds;
  readonly until: number;
  entries: number;
  readonly files: string[];
  /** Folders that were visited, by device and inode. */
  readonly seen: Set<string | undefined>;
  readonly waiting: PendingFolder[];
};
type PendingFolder = { readonly folder: string; readonly depth: number };

export type SplitFiles = { readonly files: readonly string[]; readonly problems: readonly Problem[] };

/** Resolves a split to its image files, absolute and sorted. A split without an image is an error. */
export async function listSplit(dataset: DatasetYaml, yaml: string, split: SplitName): Promise<SplitFiles> {
  const sources = dataset[split];
  if (sources.length === 0) return failed(yaml, split, words('the dataset has no {0} split', split));
  const root = rootOf(dataset, yaml, sources[0]);
  const places = sources.map((source) => locate(root, source));
  const found = await Promise.all(places.map(listSource)).catch(lineOf);
  if ('template' in found) return failed(yaml, split, found);
  const missing = found.indexOf(undefined);
  if (missing >= 0) return failed(yaml, split, words('{0} does not exist', locate(root, sources[missing])));
  // By code unit, as Python sorts; a file named twice counts twice, as in Ultralytics.
  const files = found.flatMap((list) => list ?? []).sort((a, b) => (a < b ? -1 : Number(a > b)));
  if (files.length > 0) return { files, problems: [] };
  const nothing = words('the {0} split is empty: no images in {1}', split, locate(root, sources[0]));
  return failed(yaml, split, nothing);
}

function failed(file: string, key: SplitName, said: Words): SplitFiles {
  return { files: [], problems: [{ severity: 'error', file, key, ...worded(said) }] };
}

/**
 * Ultralytics resolves a relative `path` against the working directory, else its datasets folder. The working directory
 * of an editor means little, and host, keeper, trainer and validator have one each, so the YAML's own folder is tried
 * first; the first that holds the split is used, and Ultralytics is given the absolute path.
 */
export function rootOf(dataset: DatasetYaml, yaml: string, source: string): string {
  const folder = path.dirname(path.resolve(yaml));
  const written = dataset.path;
  if (written === undefined) return folder;
  if (path.isAbsolute(written)) return written;
  const candidates = [folder, process.cwd(), ultralyticsDatasets()]
    .filter((base) => base !== undefined)
    .map((base) => path.resolve(base, written));
  const fallback = path.resolve(folder, written);
  return candidates.find((root) => existsSync(locate(root, source))) ?? fallback;
}

/** `datasets_dir` of the user's Ultralytics settings, read only. */
function ultralyticsDatasets(): string | undefined {
  const base = process.env.YOLO_CONFIG_DIR ?? defaultConfigFolder();
  const file = path.join(base, 'settings.json');
  if (!existsSync(file)) return undefined;
  const settings = parseJson(readTextSync(file, { most: MOST_BYTES.yaml, links: 'follow' })) as
    | { datasets_dir?: unknown }
    | undefined;
  return typeof settings?.datasets_dir === 'string' ? settings.datasets_dir : undefined;
}

function defaultConfigFolder(): string {
  if (process.platform === 'win32')
    return path.join(process.env.APPDATA ?? path.join(homedir(), 'AppData', 'Roaming'), 'Ultralytics');
  if (process.platform === 'darwin')
    return path.join(homedir(), 'Library', 'Application Support', 'Ultralytics');
  return path.join(homedir(), '.config', 'Ultralytics');
}

/** A source relative to the root; one that starts with "../" and leads nowhere is tried without it, as old YAMLs need. */
function locate(root: string, source: string): string {
  const file = path.resolve(root, source);
  if (existsSync(file) || !source.startsWith('../')) return file;
  const inside = path.resolve(root, source.slice('../'.length));
  return existsSync(inside) ? inside : file;
}

async function listSource(source: string): Promise<readonly string[] | undefined> {
  const info = await statOf(source);
  if (!info) return undefined;
  if (info.isDirectory()) return (await filesBelow(source)).filter(isImagePath);
  return source.toLowerCase().endsWith('.txt') ? readList(source) : [source].filter(isImagePath);
}

async function statOf(file: string): Promise<Stats | undefined> {
  return stat(file).catch(() => undefined);
}

/**
 * A list of images, one a line; lines that begin with "./" are relative to the list's folder, others are used as they
 * are.
 */
async function readList(list: string): Promise<readonly string[]> {
  const decoded = decodeText(await readBytes(list, { most: MOST_BYTES.list, links: 'follow' }));
  if (decoded.kind !== 'text') throw new WordedError(words('{0}: {1}', list, notUtf8(decoded.encoding)));
  const lines = decoded.text.split(/\r\n|\n|\r/).map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && isImagePath(line))
    .map((line) => (line.startsWith('./') ? path.resolve(path.dirname(list), line) : fromList(list, line)));
}

function fromList(list: string, line: string): string {
  // It means itself, and whether it is there is not asked: on Windows it may be on another machine.
  if (path.isAbsolute(line)) return path.normalize(line);
  const own = path.resolve(line);
  return existsSync(own) ? own : path.resolve(path.dirname(list), line);
}

/**
 * All files below a folder, absolute, in no order. Each folder is visited once, however many links lead to it: a link
 * to itself, or a second name of a folder, adds nothing. Links to folders are followed, as data sets are often linked
 * together. Hidden files and folders are left out, as Ultralytics' glob does: `._a.jpg` of macOS is not an image, and
 * `.ipynb_checkpoints` or `.thumbnails` hold copies; one that the YAML or a list names is read. Throws one line if a
 * limit is exceeded: part of a set is not a set.
 */
export async function filesBelow(root: string, most: WalkBounds = MOST): Promise<readonly string[]> {
  const walk: Walk = {
    root,
    most,
    until: Date.now() + most.ms,
    entries: 0,
    files: [],
    seen: new Set([await identityOf(root)]),
    waiting: [{ folder: root, depth: 0 }],
  };
  for (let next = walk.waiting.pop(); next !== undefined; next = walk.waiting.pop()) {
    for (const entry of await entriesOf(walk, next)) await take(walk, next, entry);
  }
  return walk.files;
}

async function take(
  { files, seen, waiting }: Walk,
  { folder, depth }: PendingFolder,
  entry: Dirent,
): Promise<void> {
  const full = path.join(folder, entry.name);
  const identity = await folderOf(entry, full);
  if (identity === undefined) files.push(full);
  else if (!seen.has(identity)) waiting.push({ folder: full, depth: depth + 1 });
  if (identity !== undefined) seen.add(identity);
}

async function entriesOf(walk: Walk, { folder, depth }: PendingFolder): Promise<readonly Dirent[]> {
  const { root, most } = walk;
  if (depth > most.depth)
    throw new WordedError(words('{0}: has folders more than {1} deep', root, most.depth));
  if (Date.now() > walk.until)
    throw new WordedError(words('{0}: listing it takes over {1} s', root, most.ms / 1000));
  const entries = await readdir(folder, { withFileTypes: true });
  walk.entries += entries.length;
  if (walk.entries > most.entries)
    throw new WordedError(words('{0}: holds more than {1} files', root, most.entries));
  return entries.filter((entry) => !entry.name.startsWith('.'));
}

/** Which folder an entry is; undefined if it is a file. */
async function folderOf(entry: Dirent, full: string): Promise<string | undefined> {
  if (!entry.isDirectory() && !entry.isSymbolicLink()) return undefined;
  return identityOf(full);
}

/** Device and inode of a folder, as integers of any size; undefined if it is not a folder, or is gone. */
async function identityOf(full: string): Promise<string | undefined> {
  const info = await stat(full, { bigint: true }).catch(() => undefined);
  return info?.isDirectory() ? `${info.dev} ${info.ino}` : undefined;
}

/** Images of a split, without reading labels or images. Throws one clear line if there is none. */
export async function countImages(yaml: string, split: SplitName, fraction = 1): Promise<number> {
  const { dataset, problems } = await loadDatasetYaml(yaml);
  const error = problems.find((problem) => problem.severity === 'error');
  if (!dataset) throw new WordedError(error ? problemWords(error) : words('{0}: is not a dataset', yaml));
  const listed = await listSplit(dataset, yaml, split);
  if (listed.problems.length > 0) throw new WordedError(problemWords(listed.problems[0]));
  return takeFraction(listed.files, fraction).length;
}

/** The same in spite of errors elsewhere in the YAML (no val, nc that is not the number of names): enough for a plan. */
export async function countReadable(yaml: string, split: SplitName): Promise<number> {
  const { dataset, draft } = await loadDatasetYaml(yaml);
  if (dataset || !draft || draft[split].length === 0) return countImages(yaml, split);
  const listed = await listSplit(draft, yaml, split);
  if (listed.problems.length > 0) throw new WordedError(problemWords(listed.problems[0]));
  return listed.files.length;
}
