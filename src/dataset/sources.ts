import { existsSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseJson } from '../base/json';
import { type Problem, worded } from '../base/problem';
import { lineOf, WordedError } from '../base/worded-error';
import { type Words, words } from '../base/words';
import { isImagePath } from '../domain/dataset/image-path';
import type { DatasetYaml, SplitName } from '../domain/dataset/parse';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes, readTextSync } from '../run/folder/read-file';
import { decodeText, notUtf8 } from './text';
import { filesBelow } from './walk';

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
