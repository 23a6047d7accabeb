import { createTranslate, type Translate } from './translate';

/**
 * A sentence that is made by the code that knows its numbers and translated by the code that shows it. The template is
 * English with {0}, {1} ... and is the key of its translation; an argument may be a sentence itself.
 */
export type Words = { readonly template: string; readonly parts: readonly Part[] };

type Part = string | number | Words;

export function words(template: string, ...parts: readonly Part[]): Words {
  return { template, parts };
}

/** The words of another program: the same in every language. */
export function quoted(text: string): Words {
  return words('{0}', text);
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
