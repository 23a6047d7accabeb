import { AppendedFile } from './appended-file';

export type NewLines = { readonly lines: readonly string[]; readonly restarted: boolean };

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
