import { randomBytes } from 'node:crypto';
import { visible } from '../../base/visible';

// The one door for text to a terminal: whatever is printed is made visible first, and only marks of our own become escape
// sequences. A mark holds a number that no file can know, so that no text brings marks along.

const NONCE = randomBytes(8).toString('hex');
const MARK = new RegExp(`<${NONCE}:(\\d{1,2})>`, 'g');

/** A place where a style begins or ends, by its SGR code. */
export const styleMark = (code: number): string => `<${NONCE}:${code}>`;

/** One line as a terminal gets it. */
export function terminalText(text: string): string {
  return text
    .split(MARK)
    .map((part, i) => (i % 2 === 0 ? visible(part) : `\u001b[${part}m`))
    .join('');
}

/** What a person sees of it: without marks, with escapes. */
export function shownText(text: string): string {
  return visible(text.replace(MARK, ''));
}
