import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { writeExample } from '../../dataset/example/write-example';
import { formatValue } from '../../domain/display/format';
import { quoted } from '../../engine/process/quoted';
import type { LiveRun } from '../../engine/runs/live-run';
import type { Cli } from '../cli';
import { loadExperiment } from '../experiment';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, type OutputStream, printLine, textWidth } from '../io';
import { namedPath } from '../option-values';
import { score } from '../output/numbers';
import { plotCurve, rangeOf, sideBySide } from '../output/plot';
import { createProgress } from '../output/progress';
import { followToEnd, startUnchecked } from '../train/start';
import { exitCodeOf } from '../watch/summary';

const HEIGHT = 10;
const AXIS = 10;
const GAP = 3;

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

/** Both loss curves beside each other on one logarithmic axis and one time axis, and how both runs ended. */
function warmupLines(without: LiveRun, warmed: LiveRun, stream: OutputStream): string[] {
  const losses = [without, warmed].map(lossOf);
  const ranges = losses.map((loss) => rangeOf(loss, 'log'));
  const range = [Math.min(ranges[0][0], ranges[1][0]), Math.max(ranges[0][1], ranges[1][1])] as const;
  const width = Math.floor((textWidth(stream) - GAP) / 2) - AXIS;
  const steps = Math.max(...losses.map((loss) => loss.length));
  const blocks = losses.map((loss, i) => [
    i === 0 ? 'loss without warm-up' : 'loss with warm-up',
    ...plotCurve(padded(loss, steps), { width, height: HEIGHT, scale: 'log', range }),
    ...resultLines(i === 0 ? without : warmed),
  ]);
  return sideBySide(blocks[0], blocks[1], GAP);
}

function lossOf({ state }: Pick<LiveRun, 'state'>): Float64Array {
  return state.steps.loss.get('total')?.view() ?? new Float64Array();
}

/** A run that ended early leaves the rest of the axis empty. */
function padded(values: Float64Array, length: number): Float64Array {
  const all = new Float64Array(length).fill(Number.NaN);
  all.set(values);
  return all;
}

function resultLines({ state, presence }: LiveRun): string[] {
  const last = state.steps.step.length - 1;
  const best = state.best && state.validations.get(state.best.epoch);
  return [
    `${presence.state} at step ${last < 0 ? 0 : state.steps.step.at(last)}, loss ${formatValue(lossOf({ state }).at(-1) ?? Number.NaN)}`,
    best
      ? `best mAP50-95 ${score(best.map)}, mAP50 ${score(best.map50)}, epoch ${best.epoch}`
      : 'no epoch was finished',
  ];
}

export function initCommand({ io, run }: Cli) {
  return new Command('init')
    .description('write the example experiment: a printed-circuit-board defect set and its training config')
    .argument('<dir>', 'folder to write into; what an earlier call wrote is kept', namedPath)
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
async function writeExampleInto(io: CliIo, dir: string) {
  const progress = createProgress(io.stderr, io.env);
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
