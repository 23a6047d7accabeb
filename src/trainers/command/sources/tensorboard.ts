import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { WordedError } from '../../../base/worded-error';
import { type Words, words } from '../../../base/words';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { ScalarTable } from '../../../domain/foreign/scalar-table';
import { readTfEvents, type ScalarPoint } from '../../../domain/foreign/tfevents';
import { AppendedFile } from './appended-file';
import type { Source } from './source';

type OpenFile = {
  readonly file: string;
  readonly folder: string;
  readonly bytes: AppendedFile;
  broken: boolean;
};

const MOST_TAGS = 12;

/** Every event file below a folder, or one file. The newest step waits for the rest of its scalars while files grow. */
export function tensorboardSource(target: string, wanted: Readonly<Record<string, string>>): Source {
  const files = new Map<string, OpenFile>();
  const table = new ScalarTable(wanted);
  const tags = new Set<string>();
  return {
    poll: async () => {
      const problems: ForeignRecord[] = [];
      let count = 0;
      for (const { file, folder } of await eventFiles(target)) {
        const open = files.get(file) ?? { file, folder, bytes: new AppendedFile(file), broken: false };
        files.set(file, open);
        const points = await readOn(open, problems);
        table.add({ folder, points });
        for (const { tag } of points.slice(0, MOST_TAGS)) tags.add(tag);
        count += points.length;
      }
      return [...problems, ...table.take(count === 0)];
    },
    explain: async () => explainTags(target, files.size, [...tags]),
  };
}

function explainTags(target: string, files: number, tags: readonly string[]): Words {
  if (files === 0)
    return words('no TensorBoard file (events.out.tfevents...) is in {0} (command.path)', target);
  return words(
    'the TensorBoard files in {0} hold {1}; expected losses and metrics by their usual names, or command.metrics with our name and the tag',
    target,
    tags.length === 0 ? words('no scalar') : words('the tags {0}', tags.slice(0, MOST_TAGS).join(', ')),
  );
}

async function readOn(open: OpenFile, problems: ForeignRecord[]): Promise<readonly ScalarPoint[]> {
  const { bytes, restarted } = await open.bytes.read();
  if (open.broken && !restarted) return [];
  const chunk = readTfEvents(bytes);
  open.broken = chunk.problem !== undefined;
  open.bytes.consume(chunk.consumed);
  if (chunk.problem !== undefined)
    problems.push({
      kind: 'problem',
      said: words('{0}: {1}; what follows is not read', open.file, chunk.problem),
    });
  return chunk.points;
}

async function eventFiles(target: string): Promise<{ file: string; folder: string }[]> {
  if (statSync(target, { throwIfNoEntry: false })?.isFile()) return [{ file: target, folder: '' }];
  const files = await findFiles(target, isEventFile);
  return files.map((name) => {
    const folder = path.posix.dirname(name);
    return { file: path.join(target, name), folder: folder === '.' ? '' : folder };
  });
}

const DEEPEST = 4;
/** Folders that never hold a trainer's numbers and may hold a great many files. */
const PASSED_OVER: ReadonlySet<string> = new Set(['node_modules', '.git', 'images', 'labels', '__pycache__']);

/** Files at or below a folder whose name fits, relative and sorted; empty if it is absent. Links are not followed. */
export async function findFiles(
  folder: string,
  fits: (name: string) => boolean,
  depth = 0,
): Promise<string[]> {
  const entries = await entriesOf(folder);
  const files = entries.filter((entry) => entry.isFile() && fits(entry.name)).map(({ name }) => name);
  const inner = entries.filter((entry) => entry.isDirectory() && !PASSED_OVER.has(entry.name));
  const deeper = await Promise.all(
    depth === DEEPEST
      ? []
      : inner.map(async ({ name }) => {
          const found = await findFiles(path.join(folder, name), fits, depth + 1);
          return found.map((file) => `${name}/${file}`);
        }),
  );
  return [...files, ...deeper.flat()].sort();
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw new WordedError(words('cannot read {0}', folder), { cause: error });
  }
}

export const isEventFile = (name: string): boolean => name.includes('tfevents');
