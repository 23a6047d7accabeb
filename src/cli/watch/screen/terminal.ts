import type { EventEmitter } from 'node:events';
import { clearScreenDown, cursorTo, emitKeypressEvents } from 'node:readline';
import type { Disposable } from '../../../base/disposable';
import { Emitter } from '../../../base/event';
import type { CliIo, OutputStream } from '../../io';
import { terminalText } from '../../output/terminal-text';

// One page of lines and a few keys: what Node's own readline has, which is kept as long as Node is. The libraries for pages bring React (ink),
// or megabytes (terminal-kit), or are no longer developed (blessed); the four sequences that readline lacks are below.

/** The other page of the terminal, so that the shell's is as it was afterwards; https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const CLEAR_LINE_END = '\u001b[K';

/** `text`: what was typed, if it is a character. */
export type Key = { readonly name: string; readonly text: string };

/** A terminal on which a whole page may be drawn. */
export type ScreenInput = CliIo['stdin'] & {
  readonly isTTY?: boolean;
  readonly setRawMode?: (on: boolean) => unknown;
};
type ScreenOutput = OutputStream & { readonly rows?: number };

const LEAST = { columns: 50, rows: 12 };

/** Whether pages can be drawn and keys read: not on a pipe, in a job or on a terminal that takes no cursor movements. */
export function canDraw({ stdin, stdout, env }: Pick<CliIo, 'stdin' | 'stdout' | 'env'>): boolean {
  const { isTTY, setRawMode } = stdin as ScreenInput;
  const isPlain = ['dumb', ''].includes(env.TERM ?? 'xterm') || (env.CI ?? '') !== '';
  const { columns = 0, rows = 0 } = stdout as ScreenOutput;
  const hasRoom = columns >= LEAST.columns && rows >= LEAST.rows;
  return isTTY === true && setRawMode !== undefined && stdout.isTTY === true && !isPlain && hasRoom;
}

/** The page of a terminal, from its making until it is disposed of, or the process ends. */
export class TerminalPage implements Disposable {
  readonly #stdin: ScreenInput;
  readonly #stdout: ScreenOutput;
  readonly #keys = new Emitter<Key>();
  readonly #resized = new Emitter<void>();
  #shown: readonly string[] = [];
  #isOpen = true;
  readonly onKey = this.#keys.event;
  readonly onResize = this.#resized.event;

  constructor({ stdin, stdout }: Pick<CliIo, 'stdin' | 'stdout'>) {
    this.#stdin = stdin as ScreenInput;
    this.#stdout = stdout;
    // Also if the process ends by an error: a terminal writes at once.
    process.once('exit', this.#leave);
    process.once('SIGHUP', this.#hangUp);
    process.on('SIGTSTP', this.#suspend);
    this.#enter();
    emitKeypressEvents(this.#stdin);
    this.#stdin.on('keypress', this.#pressed);
    this.#stdin.resume();
    (this.#stdout as EventEmitter).on('resize', this.#resize);
  }

  readonly #enter = (): void => {
    this.#stdout.write(ENTER);
    this.#stdin.setRawMode?.(true);
  };

  get size() {
    const { columns = LEAST.columns, rows = LEAST.rows } = this.#stdout;
    return { columns, rows };
  }

  /** Lines that are as before are not written again. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    for (const [y, line] of lines.entries()) if (line !== this.#shown[y]) this.#write(y, line);
    if (lines.length < this.#shown.length) {
      cursorTo(this.#stdout, 0, lines.length);
      clearScreenDown(this.#stdout);
    }
    this.#shown = lines;
  }

  #write(y: number, line: string): void {
    cursorTo(this.#stdout, 0, y);
    this.#stdout.write(`${terminalText(line)}${CLEAR_LINE_END}`);
  }

  readonly #pressed = (text: string | undefined, key: { name?: string; ctrl?: boolean }): void => {
    if (key.ctrl === true && key.name === 'z') {
      this.#suspend();
      return;
    }
    const isInterrupt = key.ctrl === true && key.name === 'c';
    const isTyped = !key.ctrl && text !== undefined && /^[ -~]$/.test(text);
    const name = isInterrupt ? 'interrupt' : (key.name ?? text ?? '');
    this.#keys.fire({ name, text: isTyped ? text : '' });
  };

  readonly #resize = (): void => {
    this.#shown = [];
    this.#stdout.write('\u001b[2J');
    this.#resized.fire();
  };

  readonly #giveBack = (): void => {
    this.#stdin.setRawMode?.(false);
    this.#stdout.write(LEAVE);
  };

  /** The shell has its page until it lets this process go on. */
  readonly #suspend = (): void => {
    if (!this.#isOpen || process.platform === 'win32') return;
    this.#giveBack();
    process.once('SIGCONT', () => {
      if (!this.#isOpen) return;
      this.#enter();
      this.#resize();
    });
    process.kill(process.pid, 'SIGSTOP');
  };

  /** Without this listener the signal ends the process. */
  readonly #hangUp = (): void => {
    this.#leave();
    process.kill(process.pid, 'SIGHUP');
  };

  readonly #leave = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#giveBack();
  };

  dispose(): void {
    this.#leave();
    process.off('exit', this.#leave);
    process.off('SIGHUP', this.#hangUp);
    process.off('SIGTSTP', this.#suspend);
    this.#stdin.off('keypress', this.#pressed);
    this.#stdin.pause();
    (this.#stdout as EventEmitter).off('resize', this.#resize);
  }
}
