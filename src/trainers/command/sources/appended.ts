import { open, stat } from 'node:fs/promises';

/** Bytes appended to a file since the last read, from an offset the caller moves; empty while the file is absent. */
export class Appended {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async from(offset: number): Promise<Uint8Array> {
    const size = await sizeOf(this.#file);
    if (size === undefined || size <= offset) return new Uint8Array();
    const handle = await open(this.#file, 'r');
    try {
      const buffer = new Uint8Array(size - offset);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${file}`, { cause: error });
  }
}

/** Whole lines appended to a text file; a torn last line waits for its rest. */
export class AppendedLines {
  readonly #bytes: Appended;
  #offset = 0;

  constructor(file: string) {
    this.#bytes = new Appended(file);
  }

  async next(): Promise<string[]> {
    const bytes = Buffer.from(await this.#bytes.from(this.#offset));
    const end = bytes.lastIndexOf(10) + 1;
    this.#offset += end;
    // Progress bars redraw their line with a carriage return: each drawing is a line.
    return end === 0
      ? []
      : bytes
          .subarray(0, end)
          .toString('utf8')
          .split(/[\r\n]+/)
          .filter((line) => line !== '');
  }
}
