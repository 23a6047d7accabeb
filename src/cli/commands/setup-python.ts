import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { setUpPython } from '../../engine/python/set-up';
import type { Cli } from '../cli';
import { CliFailure } from '../failure';
import { printLine } from '../io';

export function setupPythonCommand({ io, run }: Cli) {
  return new Command('setup-python')
    .description('make a Python environment with torch, ultralytics and onnx (downloads several GB)')
    .argument('[dir]', 'folder of the environment', '.venv')
    .option('--python <program>', 'interpreter that makes it', 'python3')
    .action(
      run(async (dir, { python }) => {
        const folder = path.resolve(io.cwd, dir);
        const onLine = (line: string): void => printLine(io.stdout, line);
        const made = await setUpPython({ dir: folder, basePython: python, onLine }).catch(
          (error: unknown) => {
            throw new CliFailure(1, toError(error).message, { cause: error });
          },
        );
        printLine(io.stdout, `ready: ${made}`);
        return 0;
      }),
    );
}
