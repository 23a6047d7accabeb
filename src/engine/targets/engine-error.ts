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

/** An engine did not answer in time. */
export class SilentError extends EngineError {}
