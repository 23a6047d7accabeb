import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { BadInputError } from '../../base/bad-input';
import { MOST_BYTES } from './bounds';
import { folderIdentity } from './identity';
import { runPaths } from './paths';
import { readBytes } from './read-file';
import { knownUserKey, userKey } from './user-key';
import { readJsonFile, writeJson } from './whole-file';

// A run folder names programs, an interpreter and paths. They are trusted only if this user started the run, which the
// folder cannot say of itself: signature.json holds marks that only the user's key makes. A mark is of run.json's bytes
// and of this very folder at this very place, so it is worth nothing in a copy, a clone or a folder that was moved.

const FORMAT = 1;
const MOST_MARKS = 8;
const zSignature = z.object({ format: z.literal(FORMAT), marks: z.array(z.string()).max(MOST_MARKS) });

/** The run is not known to be this user's: it may be viewed, and nothing that it names is executed. */
export class NotOwnRun extends BadInputError {
  readonly dir: string;

  constructor(dir: string) {
    super(
      `${dir}: was not started by you, or was copied or moved since: it can be viewed, and nothing that it names is executed`,
    );
    this.name = 'NotOwnRun';
    this.dir = dir;
  }
}

/** Whether this user started the run, or approved it, in this very folder. */
export async function isOwnRun(dir: string): Promise<boolean> {
  return isMarkedWith(knownUserKey(), dir);
}

/** The same for lists, which ask for the key once. `run`: the bytes of its run.json, if they are known. */
export async function isMarkedWith(key: Buffer | undefined, dir: string, run?: Buffer): Promise<boolean> {
  const marks = key === undefined ? [] : await marksOf(dir);
  if (key === undefined || marks.length === 0) return false;
  const own = Buffer.from(markOf(dir, key, run ?? (await readRunFile(dir))));
  return marks
    .map((mark) => Buffer.from(mark))
    .some((m) => m.length === own.length && timingSafeEqual(m, own));
}

/** Throws `NotOwnRun`: checked before anything is done that a run folder influences. */
export async function requireOwnRun(dir: string): Promise<void> {
  if (!(await isOwnRun(dir))) throw new NotOwnRun(dir);
}

/** Records this user's approval of the run as it is, in its place. */
export async function signRun(dir: string): Promise<void> {
  const mark = markOf(dir, userKey(), await readRunFile(dir));
  const others = (await marksOf(dir)).filter((m) => m !== mark);
  await writeJson(runPaths(dir).signature, { format: FORMAT, marks: [mark, ...others].slice(0, MOST_MARKS) });
}

async function marksOf(dir: string): Promise<readonly string[]> {
  const rule = { most: MOST_BYTES.signature };
  return (await readJsonFile(runPaths(dir).signature, zSignature, rule))?.marks ?? [];
}

const readRunFile = (dir: string): Promise<Buffer> => readBytes(runPaths(dir).run, { most: MOST_BYTES.run });

/** The run's id is in run.json. */
function markOf(dir: string, key: Buffer, run: Buffer): string {
  const content = createHash('sha256').update(run).digest('hex');
  const place = realpathSync.native(path.resolve(dir));
  return createHmac('sha256', key)
    .update(JSON.stringify(['pitwall run', FORMAT, place, folderIdentity(dir), content]))
    .digest('hex');
}
