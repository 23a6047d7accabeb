import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { makeFolderIn, openFolder } from './open-folder';
import { readTextSync } from './read-file';
import { codeOf } from './refused';
import { removeFile } from './remove';
import { createFile } from './write-file';

// Outside Linux no file says which processes are alive and when they began, and a program that is asked for it takes a
// good part of a second. So each process of a run has a file of its own in `processes/` open that no other process can
// open: the system frees it however the process ends, and asking takes microseconds. A child gets the open file from
// its parent, so that this works for programs that know nothing of it.

export type HeldRole = 'keeper' | 'trainer' | 'program';
export type Hold = { readonly token: string; readonly handle: number };
export type HeldProcess = { readonly token: string; readonly role: HeldRole; readonly pid: number };

type Flags = { readonly hold: number; readonly look: number };

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_RDWR } = constants;
/**
 * libuv's UV_FS_O_EXLOCK, which Node does not name: Windows opens without sharing, macOS with a lock (O_EXLOCK of
 * open(2)), which a look with O_SHLOCK finds.
 */
const FLAGS: Readonly<Partial<Record<NodeJS.Platform, Flags>>> = {
  win32: { hold: 0x1000_0000, look: 0 },
  darwin: { hold: 0x20, look: 0x10 },
};
const HELD: ReadonlySet<string> = new Set(['EBUSY', 'EAGAIN', 'EWOULDBLOCK']);
/** EPERM: on Windows a file that is being deleted. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EPERM', 'EACCES']);
const TOKEN = /^held-(keeper|trainer|program)-[0-9a-f]{24}$/;
const MOST_PID_BYTES = 16;

const folderOf = (dir: string): string => path.join(dir, 'processes');

/**
 * Opens a new file of the run exclusively. Undefined if this system or its file system cannot do that: such processes
 * are known by their number alone.
 */
export function takeHold(dir: string, role: HeldRole, platform = process.platform): Hold | undefined {
  const flags = FLAGS[platform];
  if (flags === undefined) return undefined;
  const token = `held-${role}-${randomBytes(12).toString('hex')}`;
  try {
    makeFolderIn(folderOf(dir), dir);
    const mode = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | flags.hold;
    return { token, handle: openSync(path.join(folderOf(dir), token), mode) };
  } catch {
    return undefined;
  }
}

/** The parent's own handle; the child's stays open. */
export function dropHold(hold: Hold | undefined): void {
  if (hold) closeSync(hold.handle);
}

export const isHoldToken = (text: string): boolean => TOKEN.test(text);

/** Whether the process that has this file open is alive. Throws if that cannot be known now. */
export function isHeld(dir: string, token: string, platform = process.platform): boolean {
  if (!isHoldToken(token)) return false;
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | (FLAGS[platform]?.look ?? 0);
  try {
    closeSync(openSync(path.join(folderOf(dir), token), flags));
    return false;
  } catch (error) {
    if (HELD.has(codeOf(error))) return true;
    if (ABSENT.has(codeOf(error))) return false;
    throw error;
  }
}

/** Which process has the file: others learn it from here, as an open file does not say whose it is. */
export function noteHolder(dir: string, { token }: Pick<Hold, 'token'>, pid: number): void {
  createFile(path.join(folderOf(dir), `${token}.pid`), String(pid));
}

/** The living processes of a run that have their number noted. */
export function heldProcesses(dir: string): readonly HeldProcess[] {
  return tokensIn(dir)
    .filter((token) => isHeld(dir, token))
    .flatMap((token) => {
      const pid = pidOf(dir, token);
      const role = TOKEN.exec(token)?.[1] as HeldRole;
      return pid === undefined ? [] : [{ token, role, pid }];
    });
}

/** Files of processes that have ended. */
export function removeReleased(dir: string): void {
  for (const token of tokensIn(dir).filter((one) => !isHeld(dir, one))) {
    removeFile(path.join(folderOf(dir), `${token}.pid`), dir);
    removeFile(path.join(folderOf(dir), token), dir);
  }
}

function tokensIn(dir: string): readonly string[] {
  try {
    const folder = openFolder(folderOf(dir), dir);
    try {
      return readdirSync(folder.at('')).filter(isHoldToken);
    } finally {
      folder.close();
    }
  } catch (error) {
    if (ABSENT.has(codeOf(error))) return [];
    throw error;
  }
}

function pidOf(dir: string, token: string): number | undefined {
  try {
    const file = path.join(folderOf(dir), `${token}.pid`);
    const pid = Number(readTextSync(file, { most: MOST_PID_BYTES, root: dir }));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
