import { WordedError } from '../../base/worded-error';
import type { Words } from '../../base/words';

/** An engine refused, or could not be asked; `isPassing`: it may answer later. */
export class EngineError extends WordedError {
  override name = 'EngineError';

  constructor(
    said: Words,
    readonly isPassing: boolean,
  ) {
    super(said);
  }
}

/** Whether an engine may still do what it did not, whatever the error is wrapped in. */
export const isPassing = (error: unknown): boolean =>
  error instanceof EngineError
    ? error.isPassing
    : error instanceof Error && error.cause !== undefined && isPassing(error.cause);

/** It takes no more jobs of this user until one of them has ended. */
export class FullError extends EngineError {}

/** An engine did not answer in time. */
export class SilentError extends EngineError {}
