import { Command } from '@commander-js/extra-typings';
import { nearestName } from '../../base/suggest';
import { inEnglish } from '../../base/words';
import { type Floor, type GateOutcome, judgeFloor, judgeNotWorse } from '../../domain/compare/gate';
import { isUnknown, type Limits } from '../../domain/compare/limits';
import { gateRecipeSentence } from '../../domain/compare/same-recipe';
import { boxesSentence, metricSentence } from '../../domain/compare/sentences';
import type { Named } from '../../domain/compare/sides';
import { NO_LABELS } from '../../domain/compare/val-set';
import { formatDifference } from '../../domain/display/format';
import { type BoxesCompared, compareOpened, type DrawnCompared } from '../../engine/compare/compare-runs';
import { openAsked } from '../../engine/compare/evidence';
import { readState } from '../../engine/compare/run-detections';
import { isUnlabelled, lacksLabels } from '../../run/measured';
import { bestOwn, ownMetricsOf } from '../../run/own-metrics';
import type { RunState } from '../../run/state';
import type { Cli } from '../cli';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { floors, notNegative } from '../option-values';
import { junitXml, type TestCase } from '../output/junit';
import { writeNamed } from '../output/named-file';
import { explainedLine, scoreBeside } from '../output/numbers';
import { type Style, styleFor } from '../output/style';
import { type RunReference, resolveRun } from '../run-reference';

type CheckOptions = {
  readonly min: readonly Floor[];
  readonly against?: string;
  readonly noWorseThan?: number;
  readonly strict?: true;
  readonly junit?: string;
  readonly runs: string;
  readonly json?: true;
};

export function checkCommand({ io, run }: Cli) {
  return new Command('check')
    .description(
      'a gate for CI: exit code 1 if a result misses a floor, or is worse than another one beyond noise',
    )
    .argument('<run[@epoch]>', 'run, and its epoch; without one the best')
    .option('--min <metric=value>', 'the least of a metric, as map=.6; may be given many times', floors, [])
    .option('--against <run[@epoch]>', 'fail if RUN is worse than this one on the same val images')
    .option('--no-worse-than <margin>', 'with --against: so much of mAP50-95 is accepted', notNegative)
    .option('--strict', 'what noise leaves undecided fails, too')
    .option('--junit <file>', 'write a JUnit report')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option('--json', 'one JSON line on stdout')
    .action(
      // Commander takes --no-worse-than for the negation of --worse-than, which is true without it.
      run((text, { worseThan, ...options }) =>
        check(io, text, { ...options, ...(typeof worseThan === 'number' && { noWorseThan: worseThan }) }),
      ),
    );
}

async function check(io: CliIo, text: string, options: CheckOptions): Promise<ExitCode> {
  requireChecks(options);
  const { dir } = resolveRun(io, text, options.runs);
  const { strict = false, junit } = options;
  const checks = await makeChecks(io, text, options);
  if (junit !== undefined) await writeJunit(io, junit, { text, checks, strict });
  const passed = !checks.some(({ outcome }) => isFailure(outcome, strict));
  if (options.json) printJson(io.stdout, { run: dir, passed, checks });
  else {
    for (const one of checks) printLine(io.stdout, checkLine(one, strict, styleFor(io, io.stdout)));
    if (options.against) printLine(io.stdout, explainedLine(io.installDir, 'several-runs-and-a-gate'));
  }
  return passed ? 0 : 1;
}

async function makeChecks(io: CliIo, text: string, options: CheckOptions): Promise<readonly Checked[]> {
  const { min, against, noWorseThan = 0, runs } = options;
  const named = (one: string): NamedRun => ({ text: one, ...resolveRun(io, one, runs) });
  const run = named(text);
  const before = against === undefined ? undefined : named(against);
  const floorsChecked = await checkFloors(run, min);
  return before ? [...floorsChecked, await checkNotWorse(run, before, noWorseThan)] : floorsChecked;
}

function requireChecks({ min, against, noWorseThan }: CheckOptions): void {
  if (noWorseThan !== undefined && against === undefined)
    throw badInput('pitwall check: --no-worse-than needs --against RUN');
  if (min.length === 0 && against === undefined)
    throw badInput('pitwall check: say what is checked: --min METRIC=VALUE, --against RUN or both');
}

const isFailure = (outcome: GateOutcome, strict: boolean): boolean =>
  outcome === 'failed' || (strict && outcome === 'undecided');

function checkLine({ outcome, message }: Checked, strict: boolean, style: Style): string {
  if (isFailure(outcome, strict)) return `${style.bad('FAILED')}    ${message}`;
  return outcome === 'passed'
    ? `${style.good('passed')}    ${message}`
    : `${style.warn('undecided')} ${message}`;
}

type Report = { readonly text: string; readonly checks: readonly Checked[]; readonly strict: boolean };

async function writeJunit(io: CliIo, file: string, { text, checks, strict }: Report): Promise<void> {
  const outcomeOf = (outcome: GateOutcome): TestCase['outcome'] => {
    if (isFailure(outcome, strict)) return 'failed';
    return outcome === 'passed' ? 'passed' : 'skipped';
  };
  const cases = checks.map(({ check: name, message, outcome }) => ({
    name,
    message,
    outcome: outcomeOf(outcome),
  }));
  const report = { option: '--junit', file, endings: ['.xml'] };
  await writeNamed(io, report, junitXml(`pitwall check ${text}`, cases));
}

/** One check that was made. */
type Checked = {
  readonly check: string;
  readonly outcome: GateOutcome;
  readonly message: string;
  readonly numbers: Readonly<Record<string, number>>;
};

/** A run as the user named it, and where that is. */
type NamedRun = RunReference & { readonly text: string };

/** Each floor against the report of the run's checkpoint. */
async function checkFloors(run: NamedRun, floors: readonly Floor[]): Promise<Checked[]> {
  if (floors.length === 0) return [];
  const state = await readState(run.dir);
  if (hasNoMetric(state, run.epoch)) return floors.map(unmeasured);
  const { epoch, metrics } = reportedOf(state, run);
  return floors.map((floor) => {
    const value = metricOf(metrics, floor.metric, run);
    const check = `${floor.metric} >= ${floor.least}`;
    const message = `${check}: is ${scoreBeside(value, floor.least)}, epoch ${epoch}`;
    return {
      check,
      outcome: judgeFloor(floor, value),
      message,
      numbers: { value, epoch, least: floor.least },
    };
  });
}

function hasNoMetric(state: RunState, asked: number | undefined): boolean {
  const report = asked === undefined ? undefined : state.validations.get(asked);
  return report ? lacksLabels(report) : isUnlabelled(state);
}

/** Of a val set without labels no floor is reached, not even 0. */
function unmeasured({ metric, least }: Floor): Checked {
  const check = `${metric} >= ${least}`;
  return { check, outcome: 'failed', message: `${check}: ${inEnglish(NO_LABELS)}`, numbers: { least } };
}

type CheckedMetrics = { readonly epoch: number; readonly metrics: Readonly<Record<string, number>> };

/** Of the epoch that is asked for, else of the best; of a run that only its trainer validated its own numbers. */
function reportedOf(state: RunState, { text, epoch: asked }: NamedRun): CheckedMetrics {
  const { validations, best } = state;
  const epoch = asked ?? best?.epoch;
  const found = epoch === undefined ? undefined : validations.get(epoch);
  if (found) return { epoch: found.epoch, metrics: { ...numbersOf(found), ...found.named } };
  const own = ownMetricsOf(state);
  const ownFound = asked === undefined ? bestOwn(own) : own.find((one) => one.epoch === asked);
  if (!ownFound)
    throw badInput(`${text}: no validation to check${asked === undefined ? '' : ` of epoch ${asked}`}`);
  return { epoch: ownFound.epoch, metrics: { ...ownFound.named, ...numbersOf(ownFound) } };
}

const METRICS = ['map', 'map50', 'map75', 'precision', 'recall', 'f1', 'fitness'] as const;

function numbersOf(
  report: Readonly<Partial<Record<(typeof METRICS)[number], number | undefined>>>,
): Record<string, number> {
  const present = METRICS.map((name) => [name, report[name]] as const);
  return Object.fromEntries(present.filter((one): one is [(typeof one)[0], number] => one[1] !== undefined));
}

function metricOf(metrics: CheckedMetrics['metrics'], name: string, { text }: NamedRun): number {
  // Every object has a constructor; no run measured one.
  if (Object.hasOwn(metrics, name)) return metrics[name];
  const near = nearestName(name, Object.keys(metrics));
  const has = near === undefined ? `it has ${Object.keys(metrics).join(', ')}` : `did you mean ${near}?`;
  throw badInput(`--min: ${text} has no metric ${name}, ${has}`);
}

/** RUN against the one before it, on the images of their val set. */
async function checkNotWorse(run: NamedRun, base: NamedRun, margin: number): Promise<Checked> {
  const compared = await compareOpened(await openAsked(base), await openAsked(run));
  if (compared.kind === 'refused')
    throw badInput(`${base.text} (A), ${run.text} (B): ${inEnglish(compared.why)}`);
  const { map, low, high } = differenceOf(compared);
  const check = margin === 0 ? `not worse than ${base.text}` : `not worse than ${base.text} by ${margin}`;
  if (Number.isNaN(map))
    return { check, outcome: 'failed', message: `${check}: ${inEnglish(NO_LABELS)}`, numbers: { margin } };
  const outcome = judgeNotWorse({ low, high }, margin);
  const names = { a: base.text, b: run.text };
  const limits = { map, low, high };
  const said = inEnglish(
    compared.kind === 'drawn' ? metricSentence(compared.metric, limits, names) : boxesSentence(limits, names),
  );
  const message = `${check}: ${said}${remark(compared, outcome, { limits, margin, names })}`;
  return { check, outcome, message, numbers: { map, low, high, margin } };
}

type Against = { readonly limits: Limits; readonly margin: number; readonly names: Named };

function remark(
  compared: BoxesCompared | DrawnCompared,
  outcome: GateOutcome,
  { limits, margin, names }: Against,
): string {
  if (outcome === 'undecided') return `${exactly(limits, margin)}${undecided(limits, margin)}`;
  const { recipes } = compared.kind === 'drawn' ? compared : compared.compared;
  const ofRecipe = outcome === 'failed' ? gateRecipeSentence(recipes, names) : undefined;
  return `${exactly(limits, margin)}${ofRecipe ? `; ${inEnglish(ofRecipe)}` : ''}`;
}

/** Of what is shown without a number, or as 0, nothing can be misread. */
function readsOnItsSide(limit: number, bound: number): boolean {
  const shown = Number(formatDifference(limit).replace('−', '-'));
  return Number.isNaN(shown) || Math.sign(shown - bound) === Math.sign(limit - bound);
}

/** The limits with all digits that the outcome needs, if they read as the margin itself in the sentence before. */
function exactly(limits: Limits, margin: number): string {
  const both = [limits.low, limits.high];
  if (both.every((limit) => readsOnItsSide(limit, -margin))) return '';
  return `; with more digits the limits are ${both.map((limit) => scoreBeside(limit, -margin)).join(' and ')}`;
}

function undecided({ low, high }: Limits, margin: number): string {
  if (isUnknown({ low, high })) return '';
  return high < 0
    ? `; worse, but whether by more than ${margin} is not known`
    : '; noise alone can make such a difference, so it is not called worse';
}

function differenceOf(compared: BoxesCompared | DrawnCompared) {
  if (compared.kind === 'boxes') return compared.compared.comparison;
  return { ...compared.difference, map: compared.difference.difference };
}
