import { constants, copyFileSync, linkSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isBadInput } from '../../base/bad-input';
import { parseJson } from '../../base/json';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { type ProcessIdentity, zIdentity } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { removeReleased } from '../../run/folder/hold';
import { readTextSync } from '../../run/folder/read-file';
import { codeOf } from '../../run/folder/refused';
import { removeFile } from '../../run/folder/remove';
import { asideName, createFile } from '../../run/folder/write-file';
import { leaveRun, livenessOf, ownIdentity } from '../process/identity';

// keeper.<n>.lock names the keeper that owns the run. It is written aside and hard-linked into place, which fails if
// the name exists: so each n is taken by one process, once. The highest n owns. Its content never changes; a keeper
// that ends in good order puts keeper.<n>.released beside it.

export type KeeperLock = {
  readonly n: number;
  /** No one has taken the run over since. What cannot be read now counts as held. */
  readonly isHeld: () => boolean;
  readonly release: () => void;
};

export type Owner =
  | { readonly kind: 'none'; readonly n: number }
  | { readonly kind: 'alive' | 'gone' | 'elsewhere'; readonly n: number; readonly identity: ProcessIdentity };

const NAME = /^keeper\.(\d{1,9})\.(lock|released)$/;

type Names = { readonly highest: number; readonly released: boolean; readonly locks: readonly number[] };

function listNames(dir: string): Names {
  const found = readdirSync(dir)
    .map((name) => NAME.exec(name))
    .filter((match) => match !== null);
  const locks = found.filter((m) => m[2] === 'lock').map((m) => Number(m[1]));
  const highest = Math.max(0, ...locks);
  const released = found.some((m) => m[2] === 'released' && Number(m[1]) === highest);
  return { highest, released, locks };
}

/**
 * Who keeps the run. A lock whose content cannot be read belongs to an unknown process: `elsewhere`, never taken over.
 */
export function readOwner(dir: string): Owner {
  const { highest: n, released } = listNames(dir);
  if (n === 0 || released) return { kind: 'none', n };
  const text = readIfThere(lockFile(dir, n));
  if (text === undefined) return readOwner(dir);
  const identity = zIdentity.safeParse(parseJson(text)).data;
  if (identity === undefined) return { kind: 'elsewhere', n, identity: NOBODY };
  return { kind: livenessOf(identity, dir), n, identity };
}

const NOBODY: ProcessIdentity = { pid: 0, started: '', boot: '', host: 'an unknown machine', pidns: '' };

function readIfThere(file: string): string | undefined {
  try {
    return readTextSync(file, { most: MOST_BYTES.lock });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    // A link, a pipe or a gigabyte: not a keeper's lock, and so not to be taken over.
    if (isBadInput(error)) return '';
    throw error;
  }
}

/** Takes the run for this process, or returns undefined if another keeper has it or may have it. */
export function takeLock(dir: string): KeeperLock | undefined {
  const owner = readOwner(dir);
  if (owner.kind === 'alive' || owner.kind === 'elsewhere') return undefined;
  const n = owner.n + 1;
  if (!linkInto(dir, n)) return undefined;
  // A process that read the folder long ago may have linked a number below one that was taken since; the highest owns.
  if (listNames(dir).highest !== n) {
    removeFile(lockFile(dir, n));
    return undefined;
  }
  removeOlder(dir, n);
  return { n, isHeld: heldCheck(dir, n), release: () => release(dir, n) };
}

/**
 * A turn of the keeper and the status that it writes ask one after the other, and one listing serves both. By the clock on the
 * wall: that of the process may stand still while the machine sleeps.
 */
const FRESH_MS = 20;

function heldCheck(dir: string, n: number): () => boolean {
  let held = true;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (Math.abs(Date.now() - askedAt) < FRESH_MS) return held;
    held = highestOf(dir) <= n;
    askedAt = Date.now();
    return held;
  };
}

function release(dir: string, n: number): void {
  markReleased(dir, n);
  leaveRun(dir);
}

function highestOf(dir: string): number {
  try {
    return listNames(dir).highest;
  } catch {
    return 0;
  }
}

function linkInto(dir: string, n: number): boolean {
  const aside = path.join(dir, asideName('keeper'));
  try {
    createFile(aside, JSON.stringify(ownIdentity(dir)));
    placeOnce(aside, lockFile(dir, n));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    removeFile(aside);
  }
}

/** File systems without hard links (exFAT, some shares): an exclusive copy, which a reader may see empty for a moment. */
function placeOnce(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Only the owner removes locks below its own number; the highest always stays. */
function removeOlder(dir: string, n: number): void {
  for (const older of listNames(dir).locks.filter((k) => k < n)) {
    removeFile(path.join(dir, `keeper.${older}.released`));
    removeFile(lockFile(dir, older));
  }
  removeReleased(dir);
}

/**
 * A person states that the keeper on another machine, container or boot is gone for good, which cannot be known here.
 * Throws while its heartbeat is fresh.
 */
export function disownKeeper(dir: string, lastSeenMs: number, now: number): void {
  const { highest, released } = listNames(dir);
  if (highest === 0 || released) return;
  if (now - lastSeenMs < 60_000)
    throw new WordedError(words('the keeper of {0} was seen less than a minute ago', dir));
  markReleased(dir, highest);
}

/** Its name alone matters: what already has that name, even a link, stays as it is. */
function markReleased(dir: string, n: number): void {
  try {
    createFile(path.join(dir, `keeper.${n}.released`), '');
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

export const lockFile = (dir: string, n: number): string => path.join(dir, `keeper.${n}.lock`);
