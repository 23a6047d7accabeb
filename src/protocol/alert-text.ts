import type { Translate } from '../base/translate';
import { say, type Words } from '../base/words';
import type { AlertText } from '../run/files';

/** A sentence of a run's file in the reader's language; as it was written by a version or a program that had no words for it. */
export function saidText(
  { message, said }: { readonly message: string; readonly said?: Words | undefined },
  t: Translate,
): string {
  return said === undefined ? message : say(said, t);
}

/** An alert in the reader's language, with what to do about it; as it was written if it has no words to translate. */
export function alertText({ message, said, next }: AlertText, t: Translate): string {
  if (said === undefined) return message;
  return next === undefined ? say(said, t) : t('{0}; {1}', say(said, t), say(next, t));
}
