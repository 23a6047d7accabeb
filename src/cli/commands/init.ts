import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { writeExample } from '../../dataset/example/write-example';
import type { Cli } from '../cli';
import { badInput } from '../failure';
import { type CliIo, printLine } from '../io';
import { createProgress } from '../output/progress';
import { quoted } from '../output/quoted';

export function initCommand({ io, run }: Cli) {
  return new Command('init')
    .description('write the example experiment: a printed-circuit-board defect set and its training config')
    .argument('<dir>', 'folder to write into; what an earlier call wrote is kept')
    .action(
      run(async (dir) => {
        const example = await writeExampleInto(io, dir);
        printLine(io.stdout, `${example.config}${example.keptConfig ? ' (kept as it is)' : ''}`);
        printLine(io.stdout, `${example.data}, ${example.drawn} images drawn`);
        const config = path.relative(io.cwd, example.config) || example.config;
        printLine(io.stdout, `next: pitwall train ${quoted(config)}`);
        return 0;
      }),
    );
}

/** Writes the example with a bar; a folder that holds something else is bad input. */
export async function writeExampleInto(io: CliIo, dir: string) {
  const progress = createProgress(io.stderr);
  const onProgress = (done: number, total: number): void =>
    progress.update(done / total, 'drawing', `${done}/${total} images`);
  try {
    return await writeExample(path.resolve(io.cwd, dir), { onProgress });
  } catch (error) {
    throw badInput(`${dir}: ${toError(error).message}`, error);
  } finally {
    progress.stop();
  }
}
