import { inEnglish, isWords } from '../../src/base/words';

/** The English of a sentence; fails for anything else. */
export function englishOf(value: unknown): string {
  if (!isWords(value)) throw new Error(`is not a sentence: ${JSON.stringify(value)}`);
  return inEnglish(value);
}
