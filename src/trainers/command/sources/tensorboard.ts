import { statSync } from 'node:fs';
import path from 'node:path';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { ScalarTable } from '../../../domain/foreign/scalar-table';
import { readTfEvents, type ScalarPoint } from '../../../domain/foreign/tfevents';
import { findFiles, isEventFile } from './find-files';
import { Growing } from './growing';
import type { Source } from './source';

type OpenFile = {
  readonly file: string;
  readonly folder: string;
  readonly bytes: Growing;
  broken: boolean;
};

/** Every event file below a folder, or one file. The newest step waits for the rest of its scalars while files grow. */
export function tensorboardSource(target: string, wanted: Readonly<Record<string, string>>): Source {
  const files = new Map<string, OpenFile>();
  const table = new ScalarTable(wanted);
  return {
    poll: async () => {
      const problems: ForeignRecord[] = [];
      let count = 0;
      for (const { file, folder } of await eventFiles(target)) {
        const open = files.get(file) ?? { file, folder, bytes: new Growing(file), broken: false };
        files.set(file, open);
        const points = await readOn(open, problems);
        table.add({ folder, points });
        count += points.length;
      }
      return [...problems, ...table.take(count === 0)];
    },
  };
}

async function readOn(open: OpenFile, problems: ForeignRecord[]): Promise<readonly ScalarPoint[]> {
  const { bytes, restarted } = await open.bytes.read();
  if (open.broken && !restarted) return [];
  const chunk = readTfEvents(bytes);
  open.broken = chunk.problem !== undefined;
  open.bytes.consume(chunk.consumed);
  if (open.broken)
    problems.push({ kind: 'problem', message: `${open.file}: ${chunk.problem}; what follows is not read` });
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
