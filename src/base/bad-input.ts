const CODE = 'bad_input';

/** What the user gave cannot be used: a command that meets it ends with exit code 2. The message is one whole line. */
export class BadInputError extends Error {
  readonly code = CODE;
}

/** True too for one that came through a channel, where only message and code survive. */
export function isBadInput(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === CODE;
}
