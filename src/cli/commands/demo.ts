import { Command } from '@commander-js/extra-typings';
import type { Cli } from '../cli';
import { warmupLines } from '../demo/warmup-lines';
import { loadExperiment } from '../experiment';
import type { ExitCode } from '../failure';
import { type CliIo, printLine } from '../io';
import { followToEnd, startUnchecked } from '../train/start';
import { exitCodeOf } from '../watch/exit-code';
import { writeExampleInto } from './init';

/** Ends within a minute on two cores, set-up not counted. */
const QUICK = ['epochs=4', 'warmup_epochs=1'];
/** An LR that survives its start only with a warm-up. */
const HIGH_LR = 'lr0=0.1';
const WITHOUT_WARMUP = [HIGH_LR, 'warmup_epochs=0'];
const WITH_WARMUP = [HIGH_LR, 'warmup_epochs=3'];

export function demoCommand({ io, run }: Cli) {
  return new Command('demo')
    .description('write the example experiment and train it: 15 epochs, each validated')
    .option('--dir <dir>', 'folder of the example', 'pitwall-demo')
    .option('--quick', 'fewer epochs: ends within a minute on two cores')
    .option('--compare-warmup', 'train with and without warm-up at a high LR and show both')
    .action(
      run(async ({ dir, quick, compareWarmup }) => {
        const { config } = await writeExampleInto(io, dir);
        const set = quick ? QUICK : [];
        return compareWarmup ? compareWarmups(io, config, set) : trainOnce(io, config, set);
      }),
    );
}

async function trainOnce(io: CliIo, config: string, set: readonly string[]): Promise<ExitCode> {
  const followed = await startAndFollow(io, config, set);
  followed.live.dispose();
  return exitCodeOf(followed);
}

/** The example was drawn a moment ago: what a survey of its images would find is known. */
async function startAndFollow(io: CliIo, config: string, set: readonly string[]) {
  return followToEnd(io, await startUnchecked(io, loadExperiment(io, config, set), {}), false);
}

/** Without warm-up the run is expected to diverge, so only the other one decides how the command ends. */
async function compareWarmups(io: CliIo, config: string, set: readonly string[]): Promise<ExitCode> {
  printLine(io.stdout, `without warm-up: ${WITHOUT_WARMUP.join(' ')}`);
  const without = await startAndFollow(io, config, [...set, ...WITHOUT_WARMUP]);
  without.live.dispose();
  if (without.interrupts > 0) return 130;
  printLine(io.stdout);
  printLine(io.stdout, `with warm-up: ${WITH_WARMUP.join(' ')}`);
  const warmed = await startAndFollow(io, config, [...set, ...WITH_WARMUP]);
  warmed.live.dispose();
  printLine(io.stdout);
  for (const line of warmupLines(without.live, warmed.live, io.stdout)) printLine(io.stdout, line);
  return exitCodeOf(warmed);
}
