import { startValidator, type ValidatorProcess } from '../engine/validator-process';
import { CliFailure } from './failure';
import type { CliIo } from './io';

/** Runs something on a validator process of its own, which ends with it; Ctrl-C ends both with 130. */
export async function withValidator<T>(
  io: CliIo,
  use: (validator: ValidatorProcess) => Promise<T>,
): Promise<T> {
  const validator = startValidator({ installDir: io.installDir });
  let interrupted = false;
  const subscription = io.onInterrupt(() => {
    interrupted = true;
    void validator.stop();
  });
  try {
    return await use(validator);
  } catch (error) {
    throw interrupted ? new CliFailure(130, 'interrupted') : error;
  } finally {
    subscription.dispose();
    await validator.stop();
  }
}
