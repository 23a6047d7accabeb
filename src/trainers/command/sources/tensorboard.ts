import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { recordsOfPoints } from '../../../domain/foreign/scalar-tags';
import { readTfEvents, type ScalarPoint } from '../../../domain/foreign/tfevents';
import { Appended } from './appended';
import type { Source } from './source';

type OpenFile = {
  readonly file: string;
  readonly bytes: Appended;
  offset: number;
  problem: string | undefined;
};

/** Every event file below a folder, or one file. Scalars of one step are kept together while the file goes on. */
export function tensorboardSource(target: string, wanted: Readonly<Record<string, string>>): Source {
  const files = new Map<string, OpenFile>();
  let held: ScalarPoint[] = [];
  return {
    poll: async () => {
      const problems: ForeignRecord[] = [];
      const points: ScalarPoint[] = [];
      for (const file of await eventFiles(target)) {
        const open = files.get(file) ?? { file, bytes: new Appended(file), offset: 0, problem: undefined };
        files.set(file, open);
        points.push(...(await readOn(open, problems)));
      }
      // The last step may still be missing scalars: it waits until another step begins, or nothing new comes.
      const all = [...held, ...points];
      const last = all.at(-1)?.step;
      const complete = points.length === 0 ? all : all.filter((point) => point.step !== last);
      held = points.length === 0 ? [] : all.filter((point) => point.step === last);
      return [...problems, ...recordsOfPoints(complete, wanted)];
    },
  };
}

async function readOn(open: OpenFile, problems: ForeignRecord[]): Promise<readonly ScalarPoint[]> {
  if (open.problem !== undefined) return [];
  const chunk = readTfEvents(await open.bytes.from(open.offset));
  open.offset += chunk.consumed;
  if (chunk.problem !== undefined) {
    open.problem = chunk.problem;
    problems.push({ kind: 'problem', message: `${open.file}: ${chunk.problem}; what follows is not read` });
  }
  return chunk.points;
}

async function eventFiles(target: string): Promise<string[]> {
  if (path.basename(target).includes('tfevents')) return [target];
  try {
    const names = await readdir(target, { recursive: true });
    return names
      .filter((name) => path.basename(name).includes('tfevents'))
      .map((name) => path.join(target, name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`cannot read ${target}`, { cause: error });
  }
}
