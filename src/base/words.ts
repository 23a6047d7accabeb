import { createTranslate, PLACEHOLDER, type Translate } from './translate';

/**
 * A sentence that is made by the code that knows its numbers and translated by the code that shows it. The template is
 * English with {0}, {1} ... and is the key of its translation; an argument may be a sentence itself.
 */
export type Words = { readonly template: string; readonly parts: readonly Part[] };

type Part = string | number | Words;

export function words(template: string, ...parts: readonly Part[]): Words {
  return { template, parts };
}

/** Whether a value that came from outside is a sentence with its parts, and one that can be read. */
export function isWords(value: unknown): value is Words {
  return isSentence(value) && isReadable(value);
}

function isSentence(value: unknown): value is Words {
  const { template, parts } = (value ?? {}) as { template?: unknown; parts?: unknown };
  return typeof template === 'string' && Array.isArray(parts) && parts.every(isPart);
}

const isPart = (part: unknown): part is Part =>
  typeof part === 'string' || typeof part === 'number' || isSentence(part);

/**
 * Whether what it says fits on a page. A template that names a sentence a hundred times, in one that names that a
 * hundred times, fits in 3 kB of a file and is 300 MB when it is said: so its length is counted and not made.
 */
export const isReadable = (said: Words): boolean => lengthOf(said) <= MOST_LENGTH;

const MOST_LENGTH = 16_000;

function lengthOf({ template, parts }: Words): number {
  const lengths = parts.map((part) => (typeof part === 'object' ? lengthOf(part) : String(part).length));
  const named = template.matchAll(PLACEHOLDER);
  return [...named].reduce((sum, [, index]) => sum + (lengths[Number(index)] ?? 0), template.length);
}

/** The words of another program: the same in every language. */
export function quoted(text: string): Words {
  return words('{0}', text);
}

/** "FILE: what is wrong with it" without FILE, for a problem that names it already. */
export function withoutPlace(said: Words, place: string): Words {
  const { template, parts } = said;
  const [first, rest] = parts;
  if (template === '{0}: {1}' && first === place)
    return typeof rest === 'object' ? rest : quoted(String(rest));
  return template === '{0}' ? quoted(String(first).replace(`${place}: `, '')) : said;
}

/** Sentences in a row. A bound on their number keeps what is written of them short. */
export function listed(sentences: readonly Words[], between: ', ' | '; '): Words {
  const shown = sentences.slice(0, MOST_LISTED);
  return { template: shown.map((_, i) => `{${i}}`).join(between), parts: shown };
}

const MOST_LISTED = 16;

/** A sentence for files: in English for programs, and as words for readers of another language. */
export function withEnglish(said: Words): { readonly message: string; readonly said: Words } {
  return { message: inEnglish(said), said };
}

/** The sentence in the language of `t`. */
export function say({ template, parts }: Words, t: Translate): string {
  return t(template, ...parts.map((part) => (typeof part === 'object' ? say(part, t) : part)));
}

const ENGLISH = createTranslate();

export function inEnglish(sentence: Words): string {
  return say(sentence, ENGLISH);
}
