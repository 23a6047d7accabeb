const LONGEST = 600;
/** Of a dialog, whose detail says what would be executed. */
const LONGEST_LINE = 4000;

// Names, reasons, log lines and settings come from files that anybody may have written. Printed raw, they could move a
// terminal's cursor, draw lines, set its title and clipboard, or reverse the direction of the text beside them.

/**
 * Control characters of both sets (C0, DEL, C1), separators of lines and paragraphs, halves of characters, U+FFFE and U+FFFF,
 * which XML cannot hold, and all that Unicode says is not drawn (UAX 44): marks and overrides of direction, spaces of no width,
 * soft hyphens, fillers, tags. Emoji are put together by two of these, which stay between and behind them.
 */
const UNSEEN =
  /(?!(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier})\ufe0f|(?<=\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic}))[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb\ufffe\uffff]/gu;

/**
 * Letters of Cyrillic and Greek that are drawn as a Latin one (Unicode TR39), looked for only beside Latin ones in
 * one word: no language writes so, and it makes another name look like one that is known.
 */
const LOOK_ALIKE =
  /[\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c-\u041e\u0420-\u0423\u0425\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04ae\u04af\u04bb\u04c0\u04cf\u0501\u051b\u051d\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bd\u03bf\u03c1]/g;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const PLAIN = /^[ -~]*$/;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text as one line in which nothing acts, nothing hides and nothing looks like something else: characters that cannot be seen,
 * or that are drawn as another one, are replaced by their escapes.
 */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  const seen = text.replace(UNSEEN, (char) => SHORT[char] ?? escapeOf(char));
  return seen.replace(WORD, (word) => (/[A-Za-z]/.test(word) ? word.replace(LOOK_ALIKE, escapeOf) : word));
}

/** The same of several lines. */
export const visibleLines = (text: string): string => text.split(/\r?\n/).map(visible).join('\n');

/** The same within JSON, for what cannot be seen: the value stays the same for any parser. */
export function visibleJson(json: string): string {
  return json.replace(UNSEEN, (char) => (char === '\n' ? char : units(char)));
}

function escapeOf(char: string): string {
  const code = char.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : units(char);
}

/** Each of its UTF-16 units. */
const units = (char: string): string =>
  char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

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
