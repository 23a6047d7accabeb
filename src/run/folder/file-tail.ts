import { closeSync, fstatSync, lstatSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { isBadInput } from '../../base/bad-input';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { openToRead, openToReadSync } from './read-file';
import { Refused } from './refused';

const CHUNK_BYTES = 256 * 1024;
/** The metrics of 20,000 classes are our longest line; a longer one is damage and is skipped. */
const LONGEST_LINE = 4 * 1024 * 1024;
/** What is said of it. */
export const SKIPPED_LINE = 'a line over 4 MB is skipped';
/** Ten million steps take 3 GB. A file can be said to have a thousand of them and take no place on the disk. */
const MOST_AHEAD_BYTES = 4 * 1024 ** 3;
/** Reading so little is faster than asking another thread for it: what a trainer writes between two polls. */
const LITTLE_BYTES = 16 * 1024;
const NEWLINE = 10;

export type TailRead = Omit<BytesRead, 'bytes'> & { readonly lines: readonly string[] };

export type BytesRead = {
  /** Whole lines, each with its line feed. */
  readonly bytes: Buffer;
  /** There were more bytes than one read takes; read again. */
  readonly more: boolean;
  /** The file is shorter than what was read of it: it was replaced, and reading began anew. */
  readonly restarted: boolean;
  /** Lines that were too long to be read and end here. */
  readonly skippedLines: number;
};

const NO_BYTES = Buffer.alloc(0);
const NOTHING: BytesRead = { bytes: NO_BYTES, more: false, restarted: false, skippedLines: 0 };

/**
 * Reads what was appended to a text file since the last read, whole lines only: a torn last line waits for its rest.
 * An absent file has no lines. Never reads a byte twice.
 */
export class FileTail {
  readonly #file: string;
  #offset: number;
  /** Pieces of the line that has no end yet; put together once, when it has. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  #isSkippingLine = false;

  constructor(file: string, offset = 0) {
    this.#file = file;
    this.#offset = offset;
  }

  /** Bytes up to the end of the last whole line, from which a later reader may continue. */
  get lineOffset(): number {
    return this.#offset - this.#restBytes;
  }

  /** Whether the file differs in length from what was read of it; costs next to nothing. */
  hasNews(): boolean {
    return this.#newsBytes() !== 0;
  }

  /** 0 if there is no file, below zero if it has become shorter. */
  #newsBytes(): number {
    const stat = lstatSync(this.#file, { throwIfNoEntry: false });
    if (stat === undefined) return 0;
    // A file that is not a plain file is reported when it is opened: it is refused then, with its reason.
    return stat.isFile() ? stat.size - this.#offset : 1;
  }

  /** At most one chunk, so that a large file does not block the event loop. */
  async read(): Promise<TailRead> {
    // Polls are many and changes are few: a stat costs a fifth of opening and closing.
    const news = this.#newsBytes();
    if (news === 0) return toLines(NOTHING);
    if (news > 0 && news <= LITTLE_BYTES) return this.readSync();
    const handle = await openIfThere(this.#file);
    if (handle === undefined) return toLines(NOTHING);
    try {
      const { size } = await handle.stat();
      const { length, restarted } = this.#due(size);
      if (length === 0) return toLines({ ...NOTHING, restarted });
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, this.#offset);
      return toLines({ ...this.#take(buffer.subarray(0, bytesRead), size), restarted });
    } finally {
      await handle.close();
    }
  }

  /** The same without leaving the thread, at a tenth of the CPU: for the keeper, which may block. */
  readSync(): TailRead {
    return toLines(this.readBytesSync());
  }

  /** Like readSync, for callers that split lines themselves. */
  readBytesSync(): BytesRead {
    if (!this.hasNews()) return NOTHING;
    const fd = openSyncIfThere(this.#file);
    if (fd === undefined) return NOTHING;
    try {
      const { size } = fstatSync(fd);
      const { length, restarted } = this.#due(size);
      if (length === 0) return { ...NOTHING, restarted };
      const buffer = Buffer.allocUnsafe(length);
      const bytesRead = readSync(fd, buffer, 0, length, this.#offset);
      return { ...this.#take(buffer.subarray(0, bytesRead), size), restarted };
    } finally {
      closeSync(fd);
    }
  }

  #due(size: number): { length: number; restarted: boolean } {
    const restarted = size < this.#offset;
    if (restarted) {
      this.#offset = 0;
      this.#isSkippingLine = false;
      this.#dropRest();
    }
    const ahead = size - this.#offset;
    if (ahead > MOST_AHEAD_BYTES)
      throw new Refused(
        this.#file,
        words(
          'has {0} to be read; at most {1} of a log are',
          toMegabytes(ahead),
          toMegabytes(MOST_AHEAD_BYTES),
        ),
      );
    return { length: Math.min(CHUNK_BYTES, ahead), restarted };
  }

  #take(chunk: Buffer, size: number): Omit<BytesRead, 'restarted'> {
    this.#offset += chunk.length;
    return { ...this.#whole(chunk), more: chunk.length > 0 && this.#offset < size };
  }

  #whole(chunk: Buffer): Pick<BytesRead, 'bytes' | 'skippedLines'> {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return { bytes: NO_BYTES, skippedLines: 0 };
    }
    const skippedLines = Number(this.#isSkippingLine);
    const start = this.#isSkippingLine ? chunk.indexOf(NEWLINE) + 1 : 0;
    this.#isSkippingLine = false;
    const bytes = Buffer.concat([...this.#rest, chunk.subarray(start, end)]);
    this.#dropRest();
    this.#keep(Buffer.from(chunk.subarray(end)));
    return { bytes, skippedLines };
  }

  #keep(piece: Buffer): void {
    if (this.#isSkippingLine) return;
    this.#rest.push(piece);
    this.#restBytes += piece.length;
    if (this.#restBytes <= LONGEST_LINE) return;
    this.#isSkippingLine = true;
    this.#dropRest();
  }

  #dropRest(): void {
    this.#rest = [];
    this.#restBytes = 0;
  }
}

const toMegabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

function toLines({ bytes, ...read }: BytesRead): TailRead {
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { ...read, lines };
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await openToRead(file);
  } catch (error) {
    return absentOrThrow(error, file);
  }
}

function openSyncIfThere(file: string): number | undefined {
  try {
    return openToReadSync(file);
  } catch (error) {
    return absentOrThrow(error, file);
  }
}

function absentOrThrow(error: unknown, file: string): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  if (isBadInput(error)) throw error;
  throw new WordedError(words('cannot read {0}', file), { cause: error });
}
