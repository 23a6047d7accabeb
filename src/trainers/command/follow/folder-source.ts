import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ForeignRecord } from '../../../domain/foreign/record';
import type { FollowReads, Follows } from '../../../run/files';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { readTextSync } from '../../../run/folder/read-file';
import { csvSource } from '../sources/csv';
import { jsonlSource } from '../sources/jsonl';
import { regexSource } from '../sources/regex';
import type { Source } from '../sources/source';
import { findFiles, isEventFile, tensorboardSource } from '../sources/tensorboard';

type Format = { readonly reads: Exclude<FollowReads, 'auto'>; readonly path: string };

/** Arguments that Ultralytics (args.yaml) and YOLOv5 (opt.yaml) leave beside their results.csv. */
const ARGUMENTS = ['args.yaml', 'opt.yaml'];

/** A folder that another program fills, or will fill: by its content, unless the user said what to read. */
export function folderSource(follows: Follows): Source {
  let format: Format | undefined;
  let source: Source | undefined;
  let planned = 0;
  return {
    poll: async () => {
      format ??= await formatOf(follows);
      if (format === undefined) return [];
      source ??= openSource(format, follows);
      const epochs = format.reads === 'csv' ? plannedEpochs(follows.folder) : 0;
      const plan: ForeignRecord[] = epochs === planned ? [] : [{ kind: 'plan', epochs, stepsPerEpoch: 1 }];
      planned = epochs;
      return [...plan, ...(await source.poll())];
    },
  };
}

function openSource(format: Format, { folder, metrics }: Follows): Source {
  const { reads, path: file } = format;
  if (reads === 'csv') return csvSource(file, { hasMetrics: () => validates(folder) });
  if (reads === 'tensorboard') return tensorboardSource(file, metrics);
  return reads === 'regex' ? regexSource(file, metrics) : jsonlSource(file);
}

async function formatOf(follows: Follows): Promise<Format | undefined> {
  const { folder, reads } = follows;
  const found = reads === 'auto' ? await detect(folder) : { reads, path: defaultPath(reads, folder) };
  if (found === undefined || follows.path === undefined) return found;
  return { reads: found.reads, path: path.resolve(folder, follows.path) };
}

function defaultPath(reads: Format['reads'], folder: string): string {
  if (reads === 'csv') return path.join(folder, 'results.csv');
  return reads === 'jsonl' ? (linesFile(folder) ?? path.join(folder, 'metrics.jsonl')) : folder;
}

/** Ultralytics and YOLOv5 may write event files too; their results.csv says more, and comes later. */
async function detect(folder: string): Promise<Format | undefined> {
  if (['results.csv', ...ARGUMENTS].some((name) => existsSync(path.join(folder, name))))
    return { reads: 'csv', path: defaultPath('csv', folder) };
  const lines = linesFile(folder);
  if (lines !== undefined) return { reads: 'jsonl', path: lines };
  const [event] = await findFiles(folder, isEventFile);
  return event === undefined ? undefined : { reads: 'tensorboard', path: folder };
}

function linesFile(folder: string): string | undefined {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  const name = names.find((n) => n === 'metrics.jsonl') ?? names[0];
  return name === undefined ? undefined : path.join(folder, name);
}

/** Both files are flat YAML; `epochs` is a number on a line of its own. 0 if it does not exist (yet). */
function plannedEpochs(folder: string): number {
  return Number(argumentOf(folder, 'epochs', '\\d+') ?? 0);
}

/** `val: false` of Ultralytics: its metric cells then repeat earlier values. */
function validates(folder: string): boolean {
  return argumentOf(folder, 'val', 'false') === undefined;
}

function argumentOf(folder: string, key: string, value: string): string | undefined {
  const file = ARGUMENTS.map((name) => path.join(folder, name)).find((name) => existsSync(name));
  if (file === undefined) return undefined;
  return new RegExp(`^${key}:[ \\t]*(${value})[ \\t]*(?:#.*)?\\r?$`, 'im').exec(
    readTextSync(file, { most: MOST_BYTES.yaml }),
  )?.[1];
}
