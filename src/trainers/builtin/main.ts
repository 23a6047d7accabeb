import path from 'node:path';
import { parseArgs } from 'node:util';
import { runTrainer } from './loop/run-trainer';

/** The builtin trainer: `trainer.js RUN_DIR --attempt N`. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { attempt: { type: 'string', default: '1' } },
  });
  const attempt = Number(values.attempt);
  if (positionals.length !== 1 || !Number.isInteger(attempt) || attempt < 1) {
    console.error('usage: trainer.js RUN_DIR [--attempt N]');
    return 2;
  }
  let interrupted = false;
  const interrupt = (): void => {
    // A second signal is not handled: the default handler ends the process.
    interrupted = true;
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  return runTrainer({
    runDir: path.resolve(positionals[0]),
    attempt,
    installDir: __dirname,
    isInterrupted: () => interrupted,
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
