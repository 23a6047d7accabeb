import { constants, copyFileSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseJson } from '../../base/json';
import { type ProcessIdentity, zIdentity } from '../../run/files';
import { livenessOf, ownIdentity } from '../process/identity';

// keeper.<n>.lock names the keeper that owns the run. It is written aside and hard-linked into place, which fails where
// the name exists: so each n is taken by one process, once. The highest n owns. Its content never changes; a keeper that
// goes in good order puts keeper.<n>.released beside it.

export type KeeperLock = { readonly n: number; readonly release: () => void };

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

/** Who keeps the run. A lock whose content cannot be read belongs to somebody unknown: `elsewhere`, never taken over. */
export function readOwner(dir: string): Owner {
  const { highest: n, released } = listNames(dir);
  if (n === 0 || released) return { kind: 'none', n };
  const text = readIfThere(lockFile(dir, n));
  if (text === undefined) return readOwner(dir);
  const identity = zIdentity.safeParse(parseJson(text)).data;
  if (identity === undefined) return { kind: 'elsewhere', n, identity: NOBODY };
  return { kind: livenessOf(identity), n, identity };
}

const NOBODY: ProcessIdentity = { pid: 0, started: '', boot: '', host: 'an unknown machine', pidns: '' };

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes the run for this process, or answers undefined where another keeper has it or may have it. */
export function takeLock(dir: string): KeeperLock | undefined {
  const owner = readOwner(dir);
  if (owner.kind === 'alive' || owner.kind === 'elsewhere') return undefined;
  const n = owner.n + 1;
  if (!linkInto(dir, n)) return undefined;
  // Whoever looked long ago may have linked a number below one that was taken since; the highest owns.
  if (listNames(dir).highest !== n) {
    rmSync(lockFile(dir, n), { force: true });
    return undefined;
  }
  removeOlder(dir, n);
  return { n, release: () => writeFileSync(path.join(dir, `keeper.${n}.released`), '') };
}

function linkInto(dir: string, n: number): boolean {
  const aside = path.join(dir, `.keeper.${process.pid}.${Date.now()}.tmp`);
  try {
    writeFileSync(aside, JSON.stringify(ownIdentity()));
    placeOnce(aside, lockFile(dir, n));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** File systems without hard links (exFAT, some shares): an exclusive copy, whose reader may for a moment see it empty. */
function placeOnce(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** Only the owner clears away what lies below its own number; the highest always stays. */
function removeOlder(dir: string, n: number): void {
  for (const older of listNames(dir).locks.filter((k) => k < n)) {
    rmSync(path.join(dir, `keeper.${older}.released`), { force: true });
    rmSync(lockFile(dir, older), { force: true });
  }
}

/**
 * A person's word that the keeper on another machine, container or boot is gone for good, which nothing here can know.
 * Throws while its heartbeat is fresh.
 */
export function disownKeeper(dir: string, lastSeenMs: number, now: number): void {
  const { highest, released } = listNames(dir);
  if (highest === 0 || released) return;
  if (now - lastSeenMs < 60_000) throw new Error(`the keeper of ${dir} was seen less than a minute ago`);
  writeFileSync(path.join(dir, `keeper.${highest}.released`), '');
}

const lockFile = (dir: string, n: number): string => path.join(dir, `keeper.${n}.lock`);
