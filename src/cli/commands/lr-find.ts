import { writeFileSync } from 'node:fs';
import { Command } from '@commander-js/extra-typings';
import { createTranslate } from '../../base/translate';
import { describeRange, describeSeveral } from '../../domain/display/lr-range';
import type { KeyValue } from '../../domain/experiment/set-key';
import { TRAINERS } from '../../domain/experiment/trainers';
import {
  DEFAULT_RANGE,
  rangeExperiment,
  rangeSettings,
  withSettings,
} from '../../domain/lr-range/experiment';
import { fewestSteps, ofSeveral, readRange, shownOfSeveral, testsWorth } from '../../domain/lr-range/suggest';
import { type RangeDrawing, rangeSvg } from '../../domain/lr-range/svg';
import type { RangePoint, RangeReading, RangeResult } from '../../domain/lr-range/types';
import type { DatasetCounts } from '../../domain/schedule/dataset-counts';
import { LIGHT_COLOURS } from '../../domain/schedule/svg-frame';
import { rangePoints } from '../../protocol/range-points';
import { FINAL_STATES } from '../../run/state-names';
import type { Cli } from '../cli';
import { type LoadedExperiment, loadExperiment, readText } from '../experiment';
import { badInput, type ExitCode, fileFailure } from '../failure';
import { type CliIo, printJson, printLine, textWidth } from '../io';
import { collect, positiveNumber, wholeNumber } from '../option-values';
import { placeOf, svgFile, writeNamed } from '../output/named-file';
import { explainedLine } from '../output/numbers';
import { plotCurve } from '../output/plot';
import { createProgress } from '../output/progress';
import { styleFor } from '../output/style';
import { countDataset } from '../schedule/count-dataset';
import { placeOn, TARGET, TRUST_TARGET } from '../target';
import { followWith, type RunPlace, startLoaded } from '../train/start';
import { barText } from '../watch/bar-text';
import { entryLines } from '../watch/human-reporter';
import type { RunReporter } from '../watch/reporter';
import { createJsonReporter } from '../watch/reporter';
import { summaryLines } from '../watch/summary';

/** States in which a range test is complete: blowing the loss up is part of it. */
const DONE: ReadonlySet<string> = new Set(['completed', 'diverged']);

type LrFindOptions = {
  readonly set: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly tests?: number;
  readonly target?: string;
  readonly trust?: true;
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
const MOST_TESTS = 10;

export function lrFindCommand({ io, run }: Cli) {
  return new Command('lr-find')
    .description('a short run with a rising learning rate, and the lr0 that it suggests')
    .argument('<config>', 'experiment file')
    .option('--set <key=value>', 'overrides a key of the experiment; may be given many times', collect, [])
    .option('--from <lr>', 'first learning rate', positiveNumber, DEFAULT_RANGE.from)
    .option('--to <lr>', 'last learning rate', positiveNumber, DEFAULT_RANGE.to)
    .option('--steps <n>', 'training steps, rounded up to whole epochs', wholeNumber, DEFAULT_RANGE.steps)
    .option(
      '--tests <n>',
      'so many tests, each with the next seed, and the mean of what they suggest; without it three, or one that takes long',
      wholeNumber,
    )
    .option(...TARGET)
    .option(...TRUST_TARGET)
    .option('--svg <file>', 'draw loss against learning rate')
    .option('--apply', 'write the suggested lr0 into the experiment file')
    .option('--json', 'events as JSON lines on stdout, the suggestion at the end')
    .action(run((config, options) => find(io, config, options)));
}

async function find(io: CliIo, config: string, options: LrFindOptions): Promise<ExitCode> {
  const loaded = loadExperiment(io, config, options.set);
  if (options.svg !== undefined) await placeOf(io, svgFile(options.svg));
  if (TRAINERS[loaded.experiment.trainer].isReader)
    throw badInput(
      `${config}: trainer: a range test sets the LR, which Pitwall cannot do in another program`,
    );
  if (options.from >= options.to) throw badInput('pitwall lr-find: --from must be below --to');
  const counts = await countDataset(io, loaded.experiment, {});
  refuseTooFew(options);
  const { target, place } = await placeOn(io, loaded.file, options);
  const tests = await runTests(io, config, { loaded, counts, options, at: { target, runs: place } });
  if (tests === undefined) return 130;
  const settingsFor = (lr0: number): readonly KeyValue[] => rangeSettings(loaded.experiment, counts, lr0);
  if (tests.length > 1) return printSeveral(io, { tests, loaded, settingsFor }, options);
  const [{ points, reading, dir, end }] = tests;
  const words = describeRange(reading, createTranslate());
  if (reading.kind === 'nothing') throw new Error(`${words}${end} (run: ${dir})`);
  const { result } = reading;
  // A number that another test would not reproduce is not one to train with.
  const settings = result.sure ? settingsFor(result.suggested) : [];
  return printFindings(io, { points, result, words, settings, loaded, dir }, options);
}

/** One test that was run. */
type RanTest = {
  readonly seed: number;
  readonly dir: string;
  readonly points: readonly RangePoint[];
  readonly reading: RangeReading;
  /** How it ended, if that was not as it should. */
  readonly end: string;
};

type Tests = {
  readonly loaded: LoadedExperiment;
  readonly counts: DatasetCounts;
  readonly options: LrFindOptions;
  readonly at: RunPlace;
};

/** One after the other, each with the next seed; undefined if interrupted. */
async function runTests(io: CliIo, config: string, tests: Tests): Promise<RanTest[] | undefined> {
  const done: RanTest[] = [];
  const begun = Date.now();
  for (let wanted = 1; done.length < wanted; ) {
    const one = await runTest(io, config, { ...tests, seed: tests.loaded.experiment.seed + done.length });
    if (one === undefined) return undefined;
    done.push(one);
    wanted = tests.options.tests ?? testsWorth(done[0].reading, (Date.now() - begun) / (1000 * done.length));
  }
  return done;
}

async function runTest(
  io: CliIo,
  config: string,
  { loaded, counts, options, seed, at }: Tests & { readonly seed: number },
): Promise<RanTest | undefined> {
  const isFirst = seed === loaded.experiment.seed;
  const seeded = isFirst ? loaded : loadExperiment(io, config, [...options.set, `seed=${seed}`]);
  const experiment = rangeExperiment(seeded.experiment, options, counts);
  const started = await startLoaded(io, { ...seeded, experiment }, at);
  const reporter = options.json ? createJsonReporter(io, started.since) : createRangeReporter(io);
  const { live, interrupts } = await followWith(io, started, reporter);
  const { state, dir, presence } = live;
  live.dispose();
  if (interrupts > 0) return undefined;
  const points = rangePoints(state);
  return { seed, dir, points, reading: readRange(points), end: endOf(presence.state) };
}

type Several = {
  readonly tests: readonly RanTest[];
  readonly loaded: LoadedExperiment;
  readonly settingsFor: (lr0: number) => readonly KeyValue[];
};

async function printSeveral(
  io: CliIo,
  { tests, loaded, settingsFor }: Several,
  options: LrFindOptions,
): Promise<ExitCode> {
  const together = ofSeveral(tests.map(({ reading }) => reading));
  const each = tests.map(({ seed, reading }) => `seed ${seed}: ${describeRange(reading, createTranslate())}`);
  if (!together) throw new Error(`too few of ${tests.length} tests gave an answer; ${each.join(' ')}`);
  const settings = together.sure ? settingsFor(together.suggested) : [];
  const { reading, dir, points } = shownOfSeveral(tests, together);
  const { result } = reading;
  const set = settings.length > 0 ? [settingsLine(settings, loaded.shown, options)] : [];
  const said = [...each, describeSeveral(together, createTranslate()), ...set];
  const lines = [...plotLines(io, result), ...said, explainedLine(io.installDir, 'range-test')];
  await drawInto(io, { points, result }, options);
  if (options.json) printJson(io.stdout, severalJson(tests, { result, settings, points, dir }));
  else for (const line of lines) printLine(io.stdout, line);
  if (options.apply) applySure(loaded, settings);
  return 0;
}

async function drawInto(io: CliIo, drawing: RangeDrawing, { svg }: LrFindOptions): Promise<void> {
  if (svg !== undefined) await writeNamed(io, svgFile(svg), rangeSvg(drawing, PICTURE));
}

/** The fields of the test that is shown, and all tests beside them. */
function severalJson(tests: readonly RanTest[], shown: ShownFindings) {
  const all = tests.map(({ seed, dir, points, reading }) => ({
    ...{ seed, run: dir, suggested: reading.kind === 'found' ? reading.result.suggested : null, points },
  }));
  const answered = tests.filter(({ reading }) => reading.kind === 'found').length;
  return { ...jsonOf(shown), answered, tests: all };
}

/** A test that could give no answer is not begun. One that diverges early covers less, and then needs less. */
function refuseTooFew({ from, to, steps, tests = 1 }: LrFindOptions): void {
  const needed = fewestSteps(from, to);
  if (tests > MOST_TESTS) throw badInput(`pitwall lr-find: --tests is 1 to ${MOST_TESTS}`);
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

async function printFindings(io: CliIo, found: RangeFindings, options: LrFindOptions): Promise<ExitCode> {
  const { points, result, settings, loaded } = found;
  await drawInto(io, { points, result }, options);
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

type ShownFindings = Pick<RangeFindings, 'result' | 'settings' | 'points' | 'dir'>;

function jsonOf({ result, settings, points, dir }: ShownFindings): Readonly<Record<string, unknown>> {
  const { curve, suggested, ...numbers } = result;
  const set = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  return { type: 'lr-find', run: dir, ...numbers, suggested: result.sure ? suggested : null, set, points };
}

/** The file as it is now: it may have been edited while the test ran. */
function apply({ file, shown }: LoadedExperiment, settings: readonly KeyValue[]): void {
  const text = withSettings(readText(file, shown), settings);
  if (text === undefined)
    throw badInput(`${shown}: is one flow mapping; write ${shownSettings(settings)} by hand`);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw badInput(`${shown}: ${fileFailure(error)}`, error);
  }
}

const shownSettings = (settings: readonly KeyValue[]): string =>
  settings.map(({ key, value }) => `${key}: ${value}`).join(', ');

function lines(
  io: CliIo,
  { result, words, settings, loaded, dir }: RangeFindings,
  options: LrFindOptions,
): string[] {
  return [
    ...plotLines(io, result),
    words,
    ...(result.sure ? [settingsLine(settings, loaded.shown, options)] : []),
    `run: ${dir}`,
  ];
}

function plotLines(io: CliIo, { curve }: RangeResult): string[] {
  const losses = Float64Array.from(curve, ({ loss }) => loss);
  const width = textWidth(io.stdout) - 12;
  return [
    '',
    `loss, smoothed, from lr ${two(curve[0].lr)} to ${two(curve[curve.length - 1].lr)}`,
    ...plotCurve(losses, { width, height: PLOT_HEIGHT }),
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

/** A bar and the trainer's messages; the alarms that a range test is meant to raise are not shown. */
function createRangeReporter(io: CliIo): RunReporter {
  const style = styleFor(io, io.stdout);
  const progress = createProgress(io.stdout, io.env);
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
