import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { realpathSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { BadInputError } from '../../base/bad-input';
import { MOST_BYTES } from './bounds';
import { runPaths } from './paths';
import { readBytes } from './read-file';
import { knownUserKeys, userKeys } from './user-key';
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
      `${dir}: was not started by you, or was copied or moved since: it can be viewed, and nothing that it names is executed${otherStateHint()}`,
    );
    this.name = 'NotOwnRun';
    this.dir = dir;
  }
}

/** The one reason that people do not think of. */
function otherStateHint(): string {
  const { XDG_STATE_HOME: named } = process.env;
  return named && process.platform === 'linux'
    ? ` (runs are known as yours by the key below XDG_STATE_HOME, ${named})`
    : '';
}

/** Whether this user started the run, or approved it, in this very folder. */
export async function isOwnRun(dir: string): Promise<boolean> {
  return isMarkedWith(knownUserKeys(), dir);
}

/** The same for lists, which ask for the keys once. `run`: the bytes of its run.json, if they are known. */
export async function isMarkedWith(keys: readonly Buffer[], dir: string, run?: Buffer): Promise<boolean> {
  const marks = keys.length === 0 ? [] : await marksOf(dir);
  if (marks.length === 0) return false;
  const bytes = run ?? (await readRunFile(dir));
  const own = marksBy(keys, dir, bytes);
  return marks.some((mark) => own.some((one) => isSame(mark, one)));
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Records this user's approval of the run in its place: as it is, or as `shown`, the bytes of run.json that a person saw. Then
 * an approval is worth nothing for what was put there meanwhile.
 */
export async function signRun(dir: string, shown?: Buffer): Promise<void> {
  const run = shown ?? (await readRunFile(dir));
  const own = marksBy(userKeys(), dir, run);
  const others = (await marksOf(dir)).filter((mark) => !own.includes(mark));
  const marks = [...own, ...others].slice(0, MOST_MARKS);
  await writeJson(runPaths(dir).signature, { format: FORMAT, marks });
}

async function marksOf(dir: string): Promise<readonly string[]> {
  const rule = { most: MOST_BYTES.signature };
  return (await readJsonFile(runPaths(dir).signature, zSignature, rule))?.marks ?? [];
}

const readRunFile = (dir: string): Promise<Buffer> => readBytes(runPaths(dir).run, { most: MOST_BYTES.run });

/** A mark for each key. The run's id is in run.json. */
function marksBy(keys: readonly Buffer[], dir: string, run: Buffer): string[] {
  const content = createHash('sha256').update(run).digest('hex');
  const place = realpathSync.native(path.resolve(dir));
  const text = JSON.stringify(['pitwall run', FORMAT, place, folderIdentity(dir), content]);
  return keys.map((key) => createHmac('sha256', key).update(text).digest('hex'));
}

/** File systems that number their files anew when they are mounted (FUSE, SMB, CIFS, 9P): Linux's linux/magic.h. */
const UNSTEADY: ReadonlySet<number> = new Set([0x65735546, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997]);

/**
 * What distinguishes a folder from a copy of it: its number in its file system, else its path. The same for every name
 * that leads to it, and on every machine that has it mounted.
 */
export function folderIdentity(dir: string): string {
  if (UNSTEADY.has(statfsSync(dir).type >>> 0)) return `path:${realpathSync(dir)}`;
  const { ino } = statSync(dir, { bigint: true });
  return ino === 0n ? `path:${realpathSync(dir)}` : `file:${ino}`;
}
