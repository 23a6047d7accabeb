import path from 'node:path';
import { WordedError, wordsOf } from '../../base/worded-error';
import { withEnglish, words } from '../../base/words';
import type { RunFile } from '../../run/files';
import { JsonlLog } from '../../run/folder/jsonl-log';
import { readRunSync } from '../../run/folder/read';
import { follow } from './follow/followed-folder';
import { runProgram } from './run-program';

/**
 * `command.js RUN_DIR --attempt N [--program PID]`: runs the experiment's own program, continues beside a living one
 * (PID), or follows a run that was started elsewhere; and reads what it writes.
 */
async function main(argv: readonly string[]): Promise<number> {
  const runDir = path.resolve(argv[0]);
  const option = (name: string): number | undefined =>
    argv.includes(name) ? Number(argv[argv.indexOf(name) + 1]) : undefined;
  try {
    const run = readRunSync(runDir);
    return await read(run, { runDir, attempt: option('--attempt') ?? 1, pid: option('--program') });
  } catch (reason) {
    const said = withEnglish(wordsOf(reason));
    const log = new JsonlLog(path.join(runDir, 'events.jsonl'));
    log.append({ type: 'end', t: Date.now(), reason: 'failed', step: 0, ...said });
    await log.close();
    console.error(said.message);
    return 1;
  }
}

type AttemptPlace = { readonly runDir: string; readonly attempt: number; readonly pid: number | undefined };

function read({ follows, experiment, cwd }: RunFile, place: AttemptPlace): Promise<number> {
  if (follows) return follow({ ...place, follows });
  const { command, epochs } = experiment.resolved;
  if (!command)
    throw new WordedError(
      words('{0}: command.run: the program and its arguments are missing', experiment.file),
    );
  return runProgram({ ...place, epochs, cwd, settings: command, installDir: __dirname });
}

// The keeper interrupts every process of a run when it stops it; the adapter outlives its program to write the end.
process.on('SIGINT', () => undefined);
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
