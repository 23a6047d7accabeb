import { randomBytes } from 'node:crypto';
import { visible } from '../../base/visible';

// All text to a terminal goes through here: it is made visible first, and only our own marks become escape sequences. A
// mark holds a number that no file can know, so no text can contain marks.

const NONCE = randomBytes(8).toString('hex');
const MARK = new RegExp(`<${NONCE}:(\\d{1,2})>`, 'g');

/** A place where a style begins or ends, by its SGR code. */
export const styleMark = (code: number): string => `<${NONCE}:${code}>`;

/** One line in the form for a terminal. */
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
