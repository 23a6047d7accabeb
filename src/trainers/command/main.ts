import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../../base/async';
import { parseJson, toJsonLine } from '../../base/json';
import { zRunFile } from '../../protocol/run-files';
import { adapt } from './adapter';
import { startProgram } from './program';

/** `command.js RUN_DIR --attempt N`: runs the experiment's own program and reads what it writes. */
async function main(argv: readonly string[]): Promise<number> {
  const runDir = path.resolve(argv[0]);
  const attempt = Number(argv[argv.indexOf('--attempt') + 1] ?? 1);
  try {
    const run = zRunFile.parse(parseJson(readFileSync(path.join(runDir, 'run.json'), 'utf8')));
    const { resolved } = run.experiment;
    if (!resolved.command)
      throw new Error(`${run.experiment.file}: command.run: the program and its arguments are missing`);
    const program = startProgram(resolved.command, runDir, run.cwd);
    return await adapt(program, {
      runDir,
      cwd: run.cwd,
      attempt,
      epochs: resolved.epochs,
      settings: resolved.command,
    });
  } catch (reason) {
    const { message } = toError(reason);
    appendFileSync(
      path.join(runDir, 'events.jsonl'),
      toJsonLine({ type: 'end', t: Date.now(), reason: 'failed', step: 0, message }),
    );
    console.error(message);
    return 1;
  }
}

// The keeper interrupts every process of a run when it stops it; the adapter outlives its program to write the end.
process.on('SIGINT', () => undefined);
main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
