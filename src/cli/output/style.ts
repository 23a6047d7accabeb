import type { CliIo, OutputStream } from '../io';
import { styleMark } from './terminal-text';

/** Marks for a terminal; plain text elsewhere. https://no-color.org */
export type Style = {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
};

export function styleFor(io: CliIo, stream: OutputStream): Style {
  const on = stream.isTTY === true && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
  const mark = (open: number, close: number) => (text: string) =>
    on && text !== '' ? `${styleMark(open)}${text}${styleMark(close)}` : text;
  return { dim: mark(2, 22), bold: mark(1, 22), good: mark(32, 39), bad: mark(31, 39), warn: mark(33, 39) };
}
