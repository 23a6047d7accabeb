import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { createTranslate } from '../../base/translate';
import { describeRange } from '../../domain/display/lr-range';
import type { KeyValue } from '../../domain/experiment/set-key';
import { TRAINERS } from '../../domain/experiment/trainers';
import {
  DEFAULT_RANGE,
  rangeExperiment,
  rangeSettings,
  withSettings,
} from '../../domain/lr-range/experiment';
import { fewestSteps, readRange } from '../../domain/lr-range/suggest';
import { rangeSvg } from '../../domain/lr-range/svg';
import type { RangePoint, RangeResult } from '../../domain/lr-range/types';
import { LIGHT_COLOURS } from '../../domain/schedule/svg-frame';
import { rangePoints } from '../../protocol/range-points';
import { FINAL_STATES } from '../../run/state-names';
import type { Cli } from '../cli';
import { type LoadedExperiment, loadExperiment, readText } from '../experiment';
import { badInput, type ExitCode, fileFailure } from '../failure';
import { type CliIo, printJson, printLine, textWidth } from '../io';
import { collect, positiveNumber, wholeNumber } from '../option-values';
import { explainedLine } from '../output/explained';
import { plotCurve } from '../output/plot';
import { createProgress } from '../output/progress';
import { styleFor } from '../output/style';
import { countDataset } from '../schedule/count-dataset';
import { followWith, startLoaded } from '../train/start';
import { barText } from '../watch/bar-text';
import { entryLines } from '../watch/entry-lines';
import { createJsonReporter } from '../watch/json-reporter';
import type { RunReporter } from '../watch/reporter';
import { summaryLines } from '../watch/summary';

/** States in which a range test is complete: blowing the loss up is part of it. */
const DONE: ReadonlySet<string> = new Set(['completed', 'diverged']);

type LrFindOptions = {
  readonly set: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly svg?: string;
  readonly apply?: true;
  readonly json?: true;
};

const PICTURE = {
  width: 720,
  height: 360,
  colours: { ...LIGHT_COLOURS, background: '#ffffff', halo: '#ffffff' },
} as const;
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
  if (TRAINERS[loaded.experiment.trainer].isReader)
    throw badInput(
      `${config}: trainer: a range test sets the LR, which Pitwall cannot do in another program`,
    );
  if (options.from >= options.to) throw badInput('pitwall lr-find: --from must be below --to');
  const counts = await countDataset(io, loaded.experiment, {});
  refuseTooFew(options);
  const experiment = rangeExperiment(loaded.experiment, options, counts);
  const started = await startLoaded(io, { ...loaded, experiment }, {});
  const reporter = options.json ? createJsonReporter(io, started.since) : createRangeReporter(io);
  const { live, interrupts } = await followWith(io, started, reporter);
  const { state, dir, presence } = live;
  live.dispose();
  if (interrupts > 0) return 130;
  const points = rangePoints(state);
  const reading = readRange(points);
  const words = describeRange(reading, createTranslate());
  if (reading.kind === 'nothing') throw new Error(`${words}${endOf(presence.state)} (run: ${dir})`);
  const { result } = reading;
  // A number that another test would not reproduce is not one to train with.
  const settings = result.sure ? rangeSettings(loaded.experiment, counts, result.suggested) : [];
  return printFindings(io, { points, result, words, settings, loaded, dir }, options);
}

/** A test that could give no answer is not begun. One that diverges early covers less, and then needs less. */
function refuseTooFew({ from, to, steps }: LrFindOptions): void {
  const needed = fewestSteps(from, to);
  if (steps < needed)
    throw badInput(
      `pitwall lr-find: --steps ${steps} are too few from ${from} to ${to}: at least ${needed} are needed`,
    );
}

type RangeFindings = {
  readonly points: readonly RangePoint[];
  readonly result: RangeResult;
  readonly words: string;
  readonly settings: readonly KeyValue[];
  readonly loaded: LoadedExperiment;
  readonly dir: string;
};

/** A test that was stopped differs from one that found nothing. */
const endOf = (state: string): string =>
  state === 'completed' || state === 'diverged' ? '' : `; the test ended ${state}`;

function printFindings(io: CliIo, found: RangeFindings, options: LrFindOptions): ExitCode {
  const { points, result, settings, loaded } = found;
  if (options.svg !== undefined)
    write(path.resolve(io.cwd, options.svg), rangeSvg({ points, result }, PICTURE));
  if (options.json) printJson(io.stdout, jsonOf(found));
  else
    for (const line of [...lines(io, found, options), explainedLine(io.installDir, 'range-test')])
      printLine(io.stdout, line);
  if (options.apply) applySure(loaded, settings);
  return 0;
}

function applySure(loaded: LoadedExperiment, settings: readonly KeyValue[]): void {
  if (settings.length === 0)
    throw new Error(`${loaded.shown}: lr0 was not written: the test gives a range, not a number`);
  apply(loaded, settings);
}

function jsonOf({ result, settings, points, dir }: RangeFindings): Readonly<Record<string, unknown>> {
  const { curve, suggested, ...numbers } = result;
  const set = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  return { type: 'lr-find', run: dir, ...numbers, suggested: result.sure ? suggested : null, set, points };
}

/** The file as it is now: it may have been edited while the test ran. */
function apply({ file, shown }: LoadedExperiment, settings: readonly KeyValue[]): void {
  const text = withSettings(readText(file, shown), settings);
  if (text === undefined)
    throw badInput(`${shown}: is one flow mapping; write ${shownSettings(settings)} by hand`);
  write(file, text);
}

const shownSettings = (settings: readonly KeyValue[]): string =>
  settings.map(({ key, value }) => `${key}: ${value}`).join(', ');

function lines(
  io: CliIo,
  { result, words, settings, loaded, dir }: RangeFindings,
  options: LrFindOptions,
): string[] {
  const { curve } = result;
  const losses = Float64Array.from(curve, ({ loss }) => loss);
  const width = textWidth(io.stdout) - 12;
  return [
    '',
    `loss, smoothed, from lr ${two(curve[0].lr)} to ${two(curve[curve.length - 1].lr)}`,
    ...plotCurve(losses, { width, height: PLOT_HEIGHT }),
    words,
    ...(result.sure ? [settingsLine(settings, loaded.shown, options)] : []),
    `run: ${dir}`,
  ];
}

function settingsLine(
  settings: readonly KeyValue[],
  file: string,
  { apply: isWritten }: LrFindOptions,
): string {
  return `${shownSettings(settings)} ${isWritten ? `written into ${file}` : `(--apply writes it into ${file})`}`;
}

const two = (value: number): string => String(Number(value.toPrecision(2)));

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw badInput(`${file}: ${fileFailure(error)}`, error);
  }
}

/** A bar and the trainer's messages; the alarms that a range test is meant to raise are not shown. */
function createRangeReporter(io: CliIo): RunReporter {
  const style = styleFor(io, io.stdout);
  const progress = createProgress(io.stdout);
  return {
    onEntries: (entries, state) => {
      const said = entries.filter(({ source }) => source === 'events');
      for (const text of said.flatMap((entry) => entryLines(entry, style))) progress.line(text);
      const { share, left, right } = barText(state);
      progress.update(share, left, right);
    },
    note: (text) => progress.line(text),
    leave: () => progress.stop(),
    finish: ({ state, presence, dir }) => {
      progress.stop();
      if (!FINAL_STATES.has(presence.state) || DONE.has(presence.state)) return;
      const end = { name: presence.state, dir, note: presence.note, installDir: io.installDir };
      for (const line of summaryLines(state, end, style)) progress.line(line);
    },
  };
}
