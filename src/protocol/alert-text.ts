import type { Translate } from '../base/translate';
import { say } from '../base/words';
import type { AlertText } from '../run/files';

/** An alert in the reader's language, with what to do about it; as it was written if it has no words to translate. */
export function alertText({ message, said, next }: AlertText, t: Translate): string {
  if (said === undefined) return message;
  return next === undefined ? say(said, t) : t('{0}; {1}', say(said, t), say(next, t));
}
