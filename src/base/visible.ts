const LONGEST = 600;
/** Of a dialog, whose detail says what would be executed. */
const LONGEST_LINE = 4000;

// Names, reasons, log lines and settings come from files that anybody may have written. Printed raw, they could move a
// terminal's cursor, draw lines, set its title and clipboard, or reverse the direction of the text beside them.

/**
 * Control characters of both sets (C0, DEL, C1), separators of lines and paragraphs, marks and overrides of direction
 * (Unicode TR9), the mark that has no width, and U+FFFE and U+FFFF, which XML cannot hold.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text as one line in which nothing acts and nothing hides: characters that cannot be seen are replaced by their
 * escapes.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (char) => SHORT[char] ?? escapeOf(char));
}

/** The same within JSON: the value stays the same for any parser. */
export function visibleJson(json: string): string {
  return json.replace(UNSEEN, (char) => (char === '\n' ? char : unicode(char)));
}

function escapeOf(char: string): string {
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicode(char);
}

const unicode = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * A text for a notification or the status bar of an editor. VS Code makes links of `[text](command:...)` in notifications,
 * and a click on one runs the command, and icons of `$(name)` in the status bar: neither may come from a file.
 */
export function noticeText(text: string, longest = LONGEST): string {
  const plain = visible(text).replaceAll('](', '] (').replaceAll('$(', '$ (');
  return plain.length > longest ? `${plain.slice(0, longest)}… (+${plain.length - longest})` : plain;
}

/** Several lines for a dialog, each made plain. */
export function noticeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => noticeText(line, LONGEST_LINE))
    .join('\n');
}
