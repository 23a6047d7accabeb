const CODE = 'bad_input';

/** Input that cannot be used: a command that meets it ends with exit code 2. The message is one whole line. */
export class BadInputError extends Error {
  readonly code = CODE;
}

/** Also true for an error that came through a channel, which keeps only message and code. */
export function isBadInput(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === CODE;
}
