import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Words, words } from '../../../base/words';
import { parseLine } from '../../../domain/foreign/json-logs';
import type { ForeignRecord } from '../../../domain/foreign/record';
import type { Follows } from '../../../run/files';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { readTextSync } from '../../../run/folder/read-file';
import { csvSource } from '../sources/csv';
import { jsonlSource } from '../sources/jsonl';
import { jsonLogSource, lightningSource } from '../sources/logs';
import { regexSource } from '../sources/regex';
import { SILENT_LOOKS, type Source } from '../sources/source';
import { tensorboardSource } from '../sources/tensorboard';
import { wandbSource } from '../sources/wandb';
import { ARGUMENTS, type Format, findFormat } from './find-format';

/** A folder that another program fills, or will fill: by its content, unless the user said what to read. */
export function folderSource(follows: Follows): Source {
  let known: Source | undefined;
  let looks = 0;
  return {
    poll: async () => {
      const format = known ? undefined : await findFormat(follows);
      if (format) known = knownSource(format, follows);
      if (known) return known.poll();
      looks++;
      return looks === SILENT_LOOKS ? [await nothingKnown(follows.folder)] : [];
    },
    explain: async () => (await known?.explain?.()) ?? nothingReadable(follows.folder),
  };
}

function knownSource(format: Format, follows: Follows): Source {
  const source = openSource(format, follows);
  let planned = 0;
  let hasEnded = false;
  return {
    ...source,
    poll: async () => {
      const { epochs, stepsPerEpoch = 1, end } = beside(format, follows.folder);
      const plan: ForeignRecord[] = epochs === planned ? [] : [{ kind: 'plan', epochs, stepsPerEpoch }];
      planned = epochs;
      const records = await source.poll();
      // What the trainer says of its end is said once all that it wrote before is read.
      const isOver: boolean = end !== undefined && !hasEnded && records.length === 0;
      hasEnded ||= isOver;
      return [...plan, ...records, ...(isOver && end ? [end] : [])];
    },
  };
}

const nothingReadable = (folder: string): Words => words('nothing in {0} could be read', folder);

const MOST_SHOWN = 5;

async function nothingKnown(folder: string): Promise<ForeignRecord> {
  const found = await readdir(folder).catch(() => []);
  const there = found.slice(0, MOST_SHOWN).join(', ') + (found.length > MOST_SHOWN ? ', ...' : '');
  const said =
    found.length === 0
      ? words('{0} is empty or does not exist yet: waiting for its files', folder)
      : words(
          '{0} has nothing yet that is known (it has {1}): waiting (docs/other-trainers.md)',
          folder,
          there,
        );
  return { kind: 'problem', said };
}

function openSource({ reads, path: file }: Format, { folder, metrics }: Follows): Source {
  switch (reads) {
    case 'csv':
      return csvSource(file, { hasMetrics: () => validates(folder) });
    case 'tensorboard':
      return tensorboardSource(file, metrics);
    case 'regex':
      return regexSource(file, metrics);
    case 'lightning':
      return lightningSource(file, metrics);
    case 'wandb':
      return wandbSource(file, metrics);
    case 'jsonl':
      return jsonlSource(file);
    default:
      return jsonLogSource(file, reads);
  }
}

type Beside = {
  /** Planned epochs; 0 if they are not known (yet). */
  readonly epochs: number;
  /** 0 if it is not known; 1 by default: one line an epoch is one step. */
  readonly stepsPerEpoch?: number;
  readonly end?: Extract<ForeignRecord, { kind: 'end' }> | undefined;
};

/** What other files of the folder say of the run. */
function beside({ reads, path: file }: Format, folder: string): Beside {
  // Both files are flat YAML; `epochs` is a number on a line of its own.
  if (reads === 'csv') return { epochs: Number(argumentOf(folder, 'epochs', '\\d+') ?? 0) };
  if (reads === 'libreyolo') return statusOf(folder);
  return { epochs: reads === 'mmdetection' ? plannedByConfig(file) : 0, stepsPerEpoch: 0 };
}

/** status.json of LibreYOLO: replaced whole after each epoch. */
function statusOf(folder: string): Beside {
  const status = parseLine(textIfThere(path.join(folder, 'status.json'))) ?? {};
  const epochs = Number(status.total_epochs ?? 0);
  if (status.state !== 'completed' && status.state !== 'failed') return { epochs };
  const { type = '', message = '' } = (status.error ?? {}) as { type?: unknown; message?: unknown };
  const failure = words('LibreYOLO says that it failed: {0}: {1}', String(type), String(message));
  return { epochs, end: { kind: 'end', ...(status.state === 'failed' && { failure }) } };
}

/** MMEngine writes the whole configuration beside its numbers. */
const plannedByConfig = (scalars: string): number =>
  Number(/\bmax_epochs=(\d+)/.exec(textIfThere(path.join(path.dirname(scalars), 'config.py')))?.[1] ?? 0);

function textIfThere(file: string): string {
  return existsSync(file) ? readTextSync(file, { most: MOST_BYTES.yaml }) : '';
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
