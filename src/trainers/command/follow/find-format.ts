import { closeSync, existsSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { jsonLogOf, parseLine } from '../../../domain/foreign/json-logs';
import { isLightningHeader } from '../../../domain/foreign/lightning-csv';
import type { FollowReads, Follows } from '../../../run/files';
import { openToReadSync } from '../../../run/folder/read-file';
import { findFiles, isEventFile } from '../sources/tensorboard';

export type Format = { readonly reads: Exclude<FollowReads, 'auto'>; readonly path: string };

/** Arguments that Ultralytics (args.yaml) and YOLOv5 (opt.yaml) leave beside their results.csv. */
export const ARGUMENTS = ['args.yaml', 'opt.yaml'];

/** What is read in a followed folder: by its content, unless the user said it; undefined while nothing is there. */
export async function findFormat(follows: Follows): Promise<Format | undefined> {
  const { folder, reads } = follows;
  const found = reads === 'auto' ? await detect(folder) : await ofKind(reads, folder);
  if (found === undefined || follows.path === undefined) return found;
  return { reads: found.reads, path: path.resolve(folder, follows.path) };
}

type Find = (folder: string) => Promise<string | undefined> | string | undefined;

/** The file of each format, if the folder has it. */
const FILES: Readonly<Record<Exclude<Format['reads'], 'regex'>, Find>> = {
  libreyolo: (folder) => jsonLog(folder, 'metrics.jsonl', 'libreyolo'),
  csv: (folder) =>
    ['results.csv', ...ARGUMENTS].some((name) => existsSync(path.join(folder, name)))
      ? path.join(folder, 'results.csv')
      : undefined,
  lightning: async (folder) =>
    newest(folder, (await findFiles(folder, (name) => name === 'metrics.csv')).filter(isLightning(folder))),
  detr: (folder) => jsonLog(folder, 'log.txt', 'detr'),
  mmdetection: async (folder) => newest(folder, await findFiles(folder, (name) => name === 'scalars.json')),
  jsonl: async (folder) => {
    const names = (await findFiles(folder, (name) => name.endsWith('.jsonl'))).filter(
      (n) => !n.includes('/'),
    );
    const name = names.find((n) => n === 'metrics.jsonl') ?? names[0];
    if (name === undefined) return undefined;
    // Another program's may have the same name: its first line says whose it is.
    const file = path.join(folder, name);
    return firstLine(file) === undefined ? undefined : file;
  },
  tensorboard: async (folder) => ((await findFiles(folder, isEventFile)).length > 0 ? folder : undefined),
  wandb: async (folder) =>
    newest(folder, await findFiles(folder, (name) => name.endsWith('.wandb')), startOf),
};

/**
 * In this order, as many programs write event files and W&B logs beside a file that says more. Ultralytics' results.csv
 * comes later than its arguments.
 */
const ORDER = [
  'libreyolo',
  'csv',
  'lightning',
  'detr',
  'mmdetection',
  'jsonl',
  'tensorboard',
  'wandb',
] as const;

async function detect(folder: string): Promise<Format | undefined> {
  for (const reads of ORDER) {
    const file = await FILES[reads](folder);
    if (file !== undefined) return { reads, path: file };
  }
  return undefined;
}

/** Files that other programs write at a known place. */
const PLACES: Readonly<Partial<Record<Format['reads'], string>>> = {
  csv: 'results.csv',
  jsonl: 'metrics.jsonl',
  libreyolo: 'metrics.jsonl',
  lightning: 'metrics.csv',
  detr: 'log.txt',
};

async function ofKind(reads: Format['reads'], folder: string): Promise<Format | undefined> {
  if (reads === 'regex') return { reads, path: folder };
  const found = await FILES[reads](folder);
  const place = PLACES[reads];
  if (found !== undefined) return { reads, path: found };
  if (place !== undefined) return { reads, path: path.join(folder, place) };
  return reads === 'tensorboard' ? { reads, path: folder } : undefined;
}

/** Lightning and MMDetection begin a new folder at each start: version_10 is after version_9. */
function newest(
  folder: string,
  files: readonly string[],
  key: (name: string) => string = (name) => name,
): string | undefined {
  const order = new Intl.Collator('en', { numeric: true });
  const last = [...files].sort((a, b) => order.compare(key(a), key(b))).at(-1);
  return last === undefined ? undefined : path.join(folder, last);
}

/** `run-20260101_120000-ID` and `offline-run-...` by their time. */
const startOf = (file: string): string => /run-(\d{8}_\d{6})/.exec(file)?.[1] ?? '';

const isLightning =
  (folder: string) =>
  (name: string): boolean =>
    isLightningHeader(firstLine(path.join(folder, name)) ?? '');

function jsonLog(folder: string, name: string, log: 'libreyolo' | 'detr'): string | undefined {
  const file = path.join(folder, name);
  const line = parseLine(firstLine(file) ?? '');
  return line && jsonLogOf(line) === log ? file : undefined;
}

/** A DETR writes a hundred numbers into a line, a header may name a thousand classes. */
const MOST_FIRST = 256 * 1024;

/** Undefined while it is not whole. */
function firstLine(file: string): string | undefined {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  const fd = openToReadSync(file, { links: 'follow' });
  try {
    const bytes = Buffer.alloc(MOST_FIRST);
    const text = bytes.toString('utf8', 0, readSync(fd, bytes, 0, MOST_FIRST, 0));
    const end = text.indexOf('\n');
    return end < 0 ? undefined : text.slice(0, end);
  } finally {
    closeSync(fd);
  }
}
