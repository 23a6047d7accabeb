import { WordedError } from './worded-error';
import { quoted, type Words } from './words';

const CODE = 'bad_input';

/** Input that cannot be used: a command that meets it ends with exit code 2. The message is one whole line. */
export class BadInputError extends WordedError {
  readonly code = CODE;

  constructor(said: string | Words, options?: ErrorOptions) {
    super(typeof said === 'string' ? quoted(said) : said, options);
  }
}

/** Also true for an error that came through a channel, which keeps its words and its code. */
export function isBadInput(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === CODE;
}
