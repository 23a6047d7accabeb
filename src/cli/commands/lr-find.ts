import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { toJsonLine } from '../../base/json';
import { DEFAULT_RANGE, rangeExperiment, withLr0 } from '../../domain/lr-range/experiment';
import { type RangePoint, type RangeResult, readRange } from '../../domain/lr-range/suggest';
import { rangeSvg } from '../../domain/lr-range/svg';
import { scheduleOf } from '../../domain/schedule/schedule';
import { LIGHT_COLOURS } from '../../domain/schedule/svg-frame';
import type { RunState } from '../../protocol/run-state';
import type { Cli } from '../cli';
import { type LoadedExperiment, loadExperiment } from '../experiment';
import { badInput, type ExitCode, fileFailure } from '../failure';
import { type CliIo, printLine, textWidth } from '../io';
import { collect, positiveNumber, wholeNumber } from '../option-values';
import { plotCurve } from '../output/plot';
import { countDataset } from '../schedule/counts';
import { followToEnd, startLoaded } from '../train/start';

type LrFindOptions = {
  readonly set: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly svg?: string;
  readonly apply?: true;
  readonly json?: true;
};

const PICTURE = { width: 720, height: 360, colours: { ...LIGHT_COLOURS, background: '#ffffff' } } as const;
const PLOT_HEIGHT = 8;

export function lrFindCommand({ io, run }: Cli) {
  return new Command('lr-find')
    .description('a short run with a rising learning rate, and the lr0 that it suggests')
    .argument('<config>', 'experiment file')
    .option('--set <key=value>', 'overrides a key of the experiment; may be given many times', collect, [])
    .option('--from <lr>', 'first learning rate', positiveNumber, DEFAULT_RANGE.from)
    .option('--to <lr>', 'last learning rate', positiveNumber, DEFAULT_RANGE.to)
    .option('--steps <n>', 'training steps, rounded up to whole epochs', wholeNumber, DEFAULT_RANGE.steps)
    .option('--svg <file>', 'draw loss against learning rate')
    .option('--apply', 'write the suggested lr0 into the experiment file')
    .option('--json', 'events as JSON lines on stdout, the suggestion at the end')
    .action(run((config, options) => find(io, config, options)));
}

async function find(io: CliIo, config: string, options: LrFindOptions): Promise<ExitCode> {
  const loaded = loadExperiment(io, config, options.set);
  if (loaded.experiment.trainer === 'command')
    throw badInput(`${config}: trainer: a range test sets the LR, which no foreign program lets us`);
  if (options.from >= options.to) throw badInput('pitwall lr-find: --from must be below --to');
  const counts = await countDataset(io, loaded.experiment, undefined);
  const { stepsPerEpoch } = scheduleOf(loaded.experiment, counts).schedule;
  const experiment = rangeExperiment(loaded.experiment, options, stepsPerEpoch);
  const started = await startLoaded(io, { ...loaded, experiment }, {});
  const { live, interrupts } = await followToEnd(io, started, options.json === true);
  live.dispose();
  if (interrupts > 0) return 130;
  return tell(io, pointsOf(live.state), loaded, options);
}

function pointsOf({ steps }: RunState): RangePoint[] {
  const lr = steps.lr.values().next().value;
  const loss = steps.loss.get('total');
  return lr && loss ? Array.from({ length: lr.length }, (_, i) => ({ lr: lr.at(i), loss: loss.at(i) })) : [];
}

function tell(
  io: CliIo,
  points: readonly RangePoint[],
  loaded: LoadedExperiment,
  options: LrFindOptions,
): ExitCode {
  const result = readRange(points);
  if (!result) {
    printLine(
      io.stderr,
      `the loss never fell in ${points.length} steps: try a lower --from, or more --steps`,
    );
    return 1;
  }
  if (options.svg !== undefined) write(path.resolve(io.cwd, options.svg), rangeSvg(points, result, PICTURE));
  if (options.apply) write(loaded.file, withLr0(loaded.text, result.suggested));
  const { curve, ...numbers } = result;
  if (options.json) io.stdout.write(toJsonLine({ type: 'lr-find', points, ...numbers }));
  else for (const line of lines(io, result, loaded, options)) printLine(io.stdout, line);
  return 0;
}

function lines(io: CliIo, result: RangeResult, loaded: LoadedExperiment, options: LrFindOptions): string[] {
  const { curve, steepest, lowest, diverged, suggested } = result;
  const losses = Float64Array.from(curve, ({ loss }) => loss);
  const width = textWidth(io.stdout) - 12;
  const end = diverged === undefined ? 'it never blew up' : `it blew up at ${diverged.toPrecision(2)}`;
  return [
    '',
    `loss, smoothed, from lr ${curve[0].lr.toPrecision(2)} to ${curve[curve.length - 1].lr.toPrecision(2)}`,
    ...plotCurve(losses, { width, height: PLOT_HEIGHT }),
    `the loss falls fastest at ${steepest.toPrecision(2)} and is lowest at ${lowest.toPrecision(2)}; ${end}`,
    `lr0: ${suggested}${options.apply ? ` written into ${loaded.shown}` : ` (--apply writes it into ${loaded.shown})`}`,
  ];
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw badInput(`${file}: ${fileFailure(error)}`, error);
  }
}
