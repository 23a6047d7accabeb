import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { parseExperiment } from '../../domain/experiment/parse';
import type { Cli } from '../cli';
import { type LoadedExperiment, readableFile } from '../experiment';
import type { ExitCode } from '../failure';
import type { CliIo } from '../io';
import { followToEnd, printDetached, startLoaded } from '../train/start';
import { exitCodeOf } from '../watch/summary';

type RunOptions = {
  readonly data?: string;
  readonly name?: string;
  readonly runs?: string;
  readonly detach?: true;
  readonly json?: true;
};

export function runCommand({ io, run }: Cli) {
  return new Command('run')
    .description('run a training script of your own as it is, and watch it: pitwall run -- python train.py')
    .argument('<command...>', 'program and arguments, after --; they run in this folder')
    .option(
      '--data <yaml>',
      'dataset that checkpoints are validated on; without it the one that the script trains on',
    )
    .option('--name <name>', 'name of the run folder; without it one is made')
    .option('--runs <dir>', 'folder of the runs; without it runs/ in this folder')
    .option('--detach', 'do not wait: the run continues in the background')
    .option('--json', 'events as JSON lines on stdout, a result line at the end')
    .action(run((command, options) => runScript(io, command, options as RunOptions)));
}

async function runScript(io: CliIo, command: readonly string[], options: RunOptions): Promise<ExitCode> {
  const started = await startLoaded(io, experimentOf(io, command, options.data), { ...options, cwd: io.cwd });
  if (options.detach) return printDetached(io, started.dir, options.json === true);
  const followed = await followToEnd(io, started, options.json === true);
  followed.live.dispose();
  return exitCodeOf(followed);
}

/** The script decides everything: epochs, data and image size are what it says once it trains, and nothing stops it early. */
function experimentOf(io: CliIo, command: readonly string[], data: string | undefined): LoadedExperiment {
  const text = `trainer: command\ncommand:\n  run: ${JSON.stringify(command)}\n`;
  const shown = command.join(' ');
  const { draft } = parseExperiment(text, { file: shown });
  const experiment = {
    ...draft,
    data: data === undefined ? '' : readableFile(io, data),
    epochs: 0,
    imgsz: 0,
    early_stop: { ...draft.early_stop, enabled: false },
    on_divergence: 'notify' as const,
  };
  return { file: scriptOf(io, command), shown, text, set: [], experiment };
}

/** The file that people think of as the experiment: the script, or the program if none is named. */
function scriptOf({ cwd }: CliIo, [program, ...args]: readonly string[]): string {
  const script = args.find((word) => !word.startsWith('-') && existsSync(path.resolve(cwd, word)));
  return path.resolve(cwd, script ?? path.basename(program));
}
