import {
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  lstatSync,
  open,
  openSync,
  read,
  readSync,
  type Stats,
} from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { words } from '../../base/words';
import { READ_MS } from './bounds';
import { openFolder } from './open-folder';
import { openFailure, Refused, refusedLink } from './refused';

// Every file that another user may have written is read through here. A name in such a folder can be a link to any
// file, a pipe that never ends or a device: only regular files are read, which is checked on the open handle, and
// opening never waits.

export type ReadRule = {
  /** A larger file is not read. */
  readonly most: number;
  /** Folder that the file must be in, with no link between; its own folder if absent. */
  readonly root?: string;
  /** A link is followed: for files that a person named, and for images that people link from other disks. */
  readonly links?: 'follow';
};

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** Opens a regular file for reading. Close it. Throws `Refused`, or ENOENT if there is none. */
export async function openToRead(file: string, rule: Omit<ReadRule, 'most'> = {}): Promise<FileHandle> {
  const place = placeOf(file, rule);
  try {
    const handle = await openPlace(openHandle, place, file);
    return await keepRegularHandle(handle, file);
  } finally {
    place.close();
  }
}

/** The same without leaving the thread, for processes that may block. */
export function openToReadSync(file: string, rule: Omit<ReadRule, 'most'> = {}): number {
  const place = placeOf(file, rule);
  try {
    const handle = attempt(file, () => openSync(place.way, place.flags));
    return keepRegular(handle, file);
  } finally {
    place.close();
  }
}

/** The whole file. Throws `Refused` for one that is not regular, is too large, or does not answer in ten seconds. */
export function readBytes(file: string, rule: ReadRule): Promise<Buffer> {
  return inTime(file, readAll(file, rule));
}

export async function readText(file: string, rule: ReadRule): Promise<string> {
  return (await readBytes(file, rule)).toString('utf8');
}

export function readTextSync(file: string, rule: ReadRule): string {
  return readBytesSync(file, rule).toString('utf8');
}

export function readBytesSync(file: string, rule: ReadRule): Buffer {
  const handle = openToReadSync(file, rule);
  try {
    const bytes = Buffer.allocUnsafe(sizeWithin(file, fstatSync(handle), rule.most));
    let filled = 0;
    for (let n = 1; n > 0 && filled < bytes.length; filled += n)
      n = readSync(handle, bytes, filled, bytes.length - filled, filled);
    return bytes.subarray(0, filled);
  } finally {
    closeSync(handle);
  }
}

// A list of 50 runs reads 200 small files: by number they cost a quarter less than by `FileHandle`.
const openNumber = promisify(open);
const statNumber = promisify(fstat);
const readNumber = promisify(read);
const closeNumber = promisify(close);

async function readAll(file: string, rule: ReadRule): Promise<Buffer> {
  const place = placeOf(file, rule);
  const handle = await openPlace(openNumber, place, file).finally(place.close);
  try {
    const stat = await statNumber(handle);
    refuseOther(stat, file);
    const bytes = Buffer.allocUnsafe(sizeWithin(file, stat, rule.most));
    let filled = 0;
    for (let n = 1; n > 0 && filled < bytes.length; filled += n)
      n = (await readNumber(handle, bytes, filled, bytes.length - filled, filled)).bytesRead;
    return bytes.subarray(0, filled);
  } finally {
    await closeNumber(handle);
  }
}

type OpenPath = { readonly way: string; readonly flags: number; readonly close: () => void };

/** The way to a file: direct if it is in its root itself, else through folders that were opened. */
function placeOf(file: string, { root, links }: Omit<ReadRule, 'most'>): OpenPath {
  const follow = links === 'follow';
  const flags = O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
  const folder = path.dirname(file);
  if (!follow && O_NOFOLLOW === 0) refuseLink(file);
  if (root === undefined || root === folder) return { way: file, flags, close: () => undefined };
  const opened = openFolder(folder, root);
  return { way: opened.at(path.basename(file)), flags, close: opened.close };
}

/** Windows cannot open a file and refuse a link. */
function refuseLink(file: string): void {
  if (lstatSync(file).isSymbolicLink()) throw refusedLink(file);
}

type Open<T> = (way: string, flags: number) => Promise<T>;

async function openPlace<T>(opening: Open<T>, { way, flags }: OpenPath, file: string): Promise<T> {
  try {
    return await opening(way, flags);
  } catch (error) {
    throw openFailure(file, error);
  }
}

function attempt<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw openFailure(file, error);
  }
}

async function keepRegularHandle(handle: FileHandle, file: string): Promise<FileHandle> {
  try {
    refuseOther(await handle.stat(), file);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function keepRegular(handle: number, file: string): number {
  try {
    refuseOther(fstatSync(handle), file);
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

function refuseOther(stat: Stats, file: string): void {
  if (stat.isFile()) return;
  const what = stat.isDirectory()
    ? words('is a folder; a file was expected')
    : words('is a pipe or a device; a file was expected');
  throw new Refused(file, what);
}

function sizeWithin(file: string, { size }: Stats, most: number): number {
  if (size <= most) return size;
  throw new Refused(
    file,
    words('has {0}; at most {1} of such a file are read', inMegabytes(size), inMegabytes(most)),
  );
}

const inMegabytes = (bytes: number): string => `${Math.ceil((bytes / 2 ** 20) * 10) / 10} MB`;

const READ_TURNS = 40;

/**
 * The read itself cannot be cancelled; waiting for it can. Time is counted in turns of this process: if the machine gives
 * it none (a validator beside other work), the file is not to blame.
 */
function inTime<T>(file: string, reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Refused(file, words('gave no answer in {0} s', READ_MS / 1000));
    let left = READ_TURNS;
    timer = setInterval(() => {
      if (--left === 0) reject(error);
    }, READ_MS / READ_TURNS);
  });
  return Promise.race([reading, late]).finally(() => clearInterval(timer));
}
