import { toError } from './async';
import { inEnglish, isWords, quoted, type Words } from './words';

/** An error of our own: what it says can be translated, wherever it is shown. Its message is English. */
export class WordedError extends Error {
  readonly said: Words;

  constructor(said: Words, options?: ErrorOptions) {
    super(inEnglish(said), options);
    this.said = said;
  }
}

/** What an error says. The words of the system and of other programs are quoted as they are. */
export function wordsOf(error: unknown): Words {
  return error instanceof WordedError ? error.said : quoted(toError(error).message);
}

/** The same on one line: a library's own message may have more. */
export function lineOf(error: unknown): Words {
  return error instanceof WordedError ? error.said : quoted(toError(error).message.split('\n', 1)[0].trim());
}

/** An error as it crosses to another process or thread. */
export type SentError = { readonly message: string; readonly said?: unknown; readonly code?: string };

export function sentError(error: unknown): SentError {
  const { code } = (error ?? {}) as { code?: unknown };
  return {
    message: toError(error).message,
    ...(error instanceof WordedError && { said: error.said }),
    ...(typeof code === 'string' && { code }),
  };
}

/** The error of the other side, with its words and its code if it has any. */
export function receivedError({ message, said, code }: SentError): Error {
  const error = isWords(said) ? new WordedError(said) : new Error(message);
  return code === undefined ? error : Object.assign(error, { code });
}
