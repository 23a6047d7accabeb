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

/** The sentence in the language of `t`. */
export function say({ template, parts }: Words, t: Translate): string {
  return t(template, ...parts.map((part) => (typeof part === 'object' ? say(part, t) : part)));
}

const ENGLISH = createTranslate();

export function inEnglish(sentence: Words): string {
  return say(sentence, ENGLISH);
}
