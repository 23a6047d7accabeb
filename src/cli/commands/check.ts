import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { Floor, GateOutcome } from '../../domain/compare/gate';
import { writeWhole } from '../../run/folder/write-file';
import { type Checked, checkFloors, checkNotWorse, type NamedRun } from '../check/checks';
import type { Cli } from '../cli';
import { badInput, type ExitCode, fileFailure } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { floors, notNegative } from '../option-values';
import { explainedLine } from '../output/explained';
import { junitXml, type TestCase } from '../output/junit';
import { type Style, styleFor } from '../output/style';
import { resolveRun } from '../run-reference';

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
  const target = path.resolve(io.cwd, file);
  const outcomeOf = (outcome: GateOutcome): TestCase['outcome'] => {
    if (isFailure(outcome, strict)) return 'failed';
    return outcome === 'passed' ? 'passed' : 'skipped';
  };
  const cases = checks.map(({ check: name, message, outcome }) => ({
    name,
    message,
    outcome: outcomeOf(outcome),
  }));
  await writeWhole(target, junitXml(`pitwall check ${text}`, cases)).catch((error: unknown) => {
    throw badInput(`--junit: ${file}: ${fileFailure(error)}`, error);
  });
}
