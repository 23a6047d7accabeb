import type { FileHandle } from 'node:fs/promises';
import { isBadInput } from '../../../base/bad-input';
import { WordedError } from '../../../base/worded-error';
import { words } from '../../../base/words';
import { openToRead } from '../../../run/folder/read-file';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** A record of TensorBoard with images or a graph; a longer line or record is skipped. */
const LARGEST_CHUNK_BYTES = 64 * 1024 * 1024;
/** So many of the last consumed bytes must still be there; else the file was written anew. */
const ANCHOR_BYTES = 64;

export type AppendedBytes = {
  /** What follows the consumed bytes, at most one chunk. */
  readonly bytes: Uint8Array;
  /** The file was replaced or rewritten: `bytes` are its first. */
  readonly restarted: boolean;
};

const NOTHING: AppendedBytes = { bytes: new Uint8Array(), restarted: false };

/**
 * A file that another program appends to, truncates or rewrites in place. `read` returns what was not consumed yet; an
 * absent file has nothing.
 */
export class AppendedFile {
  readonly #file: string;
  #offset = 0;
  #anchor = Buffer.alloc(0);
  #chunk = CHUNK_BYTES;
  #given: Uint8Array = new Uint8Array();
  /** The file as it was when it was read to its end. */
  #readToEnd = '';

  constructor(file: string) {
    this.#file = file;
  }

  async read(): Promise<AppendedBytes> {
    const handle = await openIfThere(this.#file);
    if (handle === undefined) return NOTHING;
    try {
      const { size, mtimeMs, ino } = await handle.stat();
      const seen = `${ino} ${size} ${mtimeMs}`;
      if (seen === this.#readToEnd) return NOTHING;
      const restarted = size < this.#offset || !(await this.#isSame(handle));
      if (restarted) this.#restart();
      this.#given = await readAt(handle, this.#offset, Math.min(this.#chunk, size - this.#offset));
      this.#readToEnd = this.#offset + this.#given.length >= size ? seen : '';
      return { bytes: this.#given, restarted };
    } finally {
      await handle.close();
    }
  }

  /** The first `count` bytes of the last read are consumed. */
  consume(count: number): void {
    if (count === 0 && this.#given.length === this.#chunk && this.#chunk < LARGEST_CHUNK_BYTES)
      this.#chunk *= 2;
    if (count === 0) return;
    const done = Buffer.from(this.#given.subarray(0, count));
    this.#anchor = Buffer.concat([this.#anchor, done.subarray(-ANCHOR_BYTES)]).subarray(-ANCHOR_BYTES);
    this.#offset += count;
    this.#chunk = CHUNK_BYTES;
  }

  /** Whether no larger piece would be read: what cannot be understood now never will be. */
  get isAtLimit(): boolean {
    return this.#given.length >= LARGEST_CHUNK_BYTES;
  }

  async #isSame(handle: FileHandle): Promise<boolean> {
    const { length } = this.#anchor;
    return length === 0 || this.#anchor.equals(await readAt(handle, this.#offset - length, length));
  }

  #restart(): void {
    this.#offset = 0;
    this.#anchor = Buffer.alloc(0);
    this.#chunk = CHUNK_BYTES;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await openToRead(file, { links: 'follow' });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    if (isBadInput(error)) throw error;
    throw new WordedError(words('cannot read {0}', file), { cause: error });
  }
}

type NewLines = { readonly lines: readonly string[]; readonly restarted: boolean };

const NEWLINE = 10;

/** Whole lines appended to a text file; a torn last line waits for its rest. */
export class AppendedLines {
  readonly #file: AppendedFile;

  constructor(file: string) {
    this.#file = new AppendedFile(file);
  }

  async next(): Promise<NewLines> {
    const { bytes, restarted } = await this.#file.read();
    const end = this.#file.isAtLimit ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    this.#file.consume(end);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8');
    // Progress bars redraw their line with a carriage return: each drawing is a line.
    return { lines: text.split(/[\r\n]+/).filter((line) => line !== ''), restarted };
  }
}
