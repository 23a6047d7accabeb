// JSON has no NaN or Infinity; run files write them as these strings, so that a diverged run is readable.
const NAMES = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

export function toJsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_key, v) => (typeof v === 'number' && !Number.isFinite(v) ? String(v) : v))}\n`;
}

/** A number as run files write it, or undefined if it is not one. */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? NAMES.get(value) : undefined;
}

/**
 * None of our files is nested deeper than ten; the parser takes 50 bytes for each level before it notices that the text
 * is torn.
 */
const MOST_DEPTH = 200;
/** A text shorter than this takes little memory however deep it is: the lines of steps, of which there are millions. */
const SHORT = 10_000;

/** The value, or undefined if the text is torn or nested too deep. */
export function parseJson(text: string): unknown {
  if (text.length > SHORT && isDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets outside of strings until the limit is reached. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= MOST_DEPTH; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else depth += STEPS[code] ?? 0;
  }
  return depth > MOST_DEPTH;
}

const [QUOTE, BACKSLASH] = ['"', '\\'].map((c) => c.charCodeAt(0));
/** By how much a character changes the depth, by its code. */
const STEPS = Int8Array.from({ length: 128 }, (_, code) => {
  const c = String.fromCharCode(code);
  return Number('[{'.includes(c)) - Number(']}'.includes(c));
});

/** Offset at which the string that begins at `start` ends, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
