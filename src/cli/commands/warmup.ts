import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { boxesSentence } from '../../domain/compare/sentences';
import { TRAINERS } from '../../domain/experiment/trainers';
import { withSettings } from '../../domain/lr-range/experiment';
import { countedInput } from '../../domain/schedule/dataset-counts';
import { overridesOf, type TrialSettings } from '../../domain/sweep/types';
import {
  type CriticalRate,
  criticalRate,
  lowerRates,
  type Probe,
  probeRates,
  warmupTrials,
} from '../../domain/sweep/warmup';
import { compareTrials, ranking, reportSweep, type TrialReport } from '../../engine/sweep/report';
import { openSweep, readSweep } from '../../engine/sweep/sweep-folder';
import type { Target } from '../../engine/targets/target';
import { runNameStem } from '../../run/folder/create';
import { SWEEP_FORMAT, type SweepFile } from '../../run/sweep';
import type { Cli } from '../cli';
import { VERSION } from '../cli';
import {
  type LoadedExperiment,
  loadExperiment,
  printWarnings,
  readExperiment,
  readText,
} from '../experiment';
import { badInput, CliFailure, type ExitCode, fileFailure } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { collect, wholeNumber } from '../option-values';
import { explainedLine, score } from '../output/numbers';
import { formatTable } from '../output/table';
import { countDataset } from '../schedule/count-dataset';
import { driveSweep } from '../sweep/driver';
import { entryLine } from '../sweep/lines';
import { placeOn, TARGET, TRUST_TARGET } from '../target';
import { checkLoaded } from '../train/start';

type WarmupOptions = {
  readonly set: readonly string[];
  readonly epochs: number;
  readonly parallel: number;
  readonly runs?: string;
  readonly target?: string;
  readonly trust?: true;
  readonly apply?: true;
  readonly json?: true;
};

export function warmupCommand({ io, run }: Cli) {
  return new Command('warmup')
    .description(
      'what warm-up buys here: short probes find the LR at which training dies without one, then several are compared',
    )
    .argument('<config>', 'experiment file')
    .option('--set <key=value>', 'overrides a key of the experiment; may be given many times', collect, [])
    .option('--epochs <n>', 'of each training that is compared', wholeNumber, 8)
    .option('--parallel <n>', 'trainings at once', wholeNumber, 1)
    .option('--runs <dir>', 'folder of the runs; without it runs/ beside the config')
    .option(...TARGET)
    .option(...TRUST_TARGET)
    .option('--apply', 'write lr0 and the warm-up into the experiment file if they are better than none')
    .option('--json', 'a JSON line at the end')
    .action(run((config, options) => warmup(io, config, options)));
}

type Warmup = WarmupOptions & {
  readonly config: string;
  readonly loaded: LoadedExperiment;
  readonly place: string;
  readonly engine: Target;
};

async function warmup(io: CliIo, config: string, options: WarmupOptions): Promise<ExitCode> {
  if (options.epochs < 2)
    throw badInput('pitwall warmup: --epochs: expected 2 or more: a warm-up takes at most half of them');
  const loaded = loadExperiment(io, config, options.set);
  refuseUnfit(config, loaded);
  printWarnings(io, await checkLoaded(io, loaded));
  const { target: engine, place } = await placeOn(io, loaded.file, options);
  const all = { ...options, config, loaded, place, engine };
  const probed = await probe(io, all);
  if (probed === 'interrupted') return 130;
  const trials = await runAll(io, all, {
    name: 'warmup',
    epochs: options.epochs,
    trials: warmupTrials(probed, options.epochs),
  });
  if (trials === 'interrupted') return 130;
  return conclude(io, all, { probed, trials });
}

function refuseUnfit(config: string, { experiment }: LoadedExperiment): void {
  if (TRAINERS[experiment.trainer].isReader)
    throw badInput(`${config}: trainer: warm-up is set by Pitwall, which it cannot do in another program`);
  if (experiment.schedule.optimizer === 'auto')
    throw badInput(`${config}: optimizer: auto ignores lr0: name an optimizer`);
  if (!experiment.validation.enabled)
    throw badInput(`${config}: validation: what warm-up buys is judged by validation, which is off`);
}

const PROBE_STEPS = 64;

/** Upwards from half of the file's LR, and downwards only if training dies there. */
async function probe(io: CliIo, all: Warmup): Promise<CriticalRate | 'interrupted'> {
  const { lr0 } = all.loaded.experiment.schedule;
  const high = await probeAt(io, all, { name: 'warmup-probes', rates: probeRates(lr0) });
  if (high === 'interrupted') return high;
  const found = criticalRate(high);
  if (found) return found;
  const rates = lowerRates(lr0);
  const low = await probeAt(io, all, { name: 'warmup-low-probes', rates });
  if (low === 'interrupted') return low;
  const below = criticalRate([...low, ...high]);
  if (below) return below;
  throw badInput(`${all.config}: training without warm-up died at every LR from ${rates[0]} on: lower lr0`);
}

type ProbePhase = { readonly name: string; readonly rates: readonly number[] };

/** A moment at each rate, without warm-up. */
async function probeAt(
  io: CliIo,
  all: Warmup,
  { name, rates }: ProbePhase,
): Promise<readonly Probe[] | 'interrupted'> {
  const { experiment } = all.loaded;
  const { stepsPerEpoch } = countedInput(experiment, await countDataset(io, experiment, {}));
  const probes = await runAll(io, all, {
    name,
    epochs: Math.max(1, Math.ceil(PROBE_STEPS / stepsPerEpoch)),
    trials: rates.map((lr0) => ({ lr0, warmup_epochs: 0 })),
  });
  if (probes === 'interrupted') return probes;
  for (const one of probes) refuseUnclear(all.config, one);
  return probes.map(({ state }, i) => ({ lr0: rates[i], isAlive: state === 'completed' }));
}

/** A probe that a full disk, a lack of memory or a person ended says nothing of its LR. */
function refuseUnclear(
  config: string,
  { state, isBroken, note = 'no reason is known', dir }: TrialReport,
): void {
  if (state === 'completed' || isBroken) return;
  throw new CliFailure(1, [
    `${config}: the probe ${dir} neither reached its end nor diverged: ${state}, ${note}`,
    `at which LR training dies is not known; delete ${path.dirname(path.dirname(dir))} and begin again`,
  ]);
}

type TrialPhase = {
  readonly name: string;
  readonly epochs: number;
  readonly trials: readonly TrialSettings[];
};

/** As a sweep without rungs; one that was made of the same texts before is shown again. */
async function runAll(
  io: CliIo,
  all: Warmup,
  phase: TrialPhase,
): Promise<readonly TrialReport[] | 'interrupted'> {
  const stem = `${runNameStem(all.loaded.file, '')}-${phase.name}`;
  const sweep = await openSweep({ runsDir: all.place, stem, file: fileOf(all, phase), reuse: true });
  if (!all.json) printLine(io.stdout, `${phase.name}: ${sweep.dir}`);
  const driven = await driveSweep(io, {
    ...{ sweep, parallel: all.parallel, devices: [], target: all.engine },
    load: (trial) => loadTrial(io, all, phase, trial),
    onEntry: (entry) => {
      const line = entryLine(entry, sweep.file);
      if (!all.json && line !== undefined) printLine(io.stdout, line);
    },
    note: (text) => printLine(io.stderr, text),
  });
  if (driven.kind === 'interrupted') return 'interrupted';
  return (await reportSweep((await readSweep(sweep.dir)) ?? sweep)).trials;
}

function loadTrial(
  { cwd }: CliIo,
  { config, set, loaded: first }: Warmup,
  { epochs, trials }: TrialPhase,
  trial: number,
): LoadedExperiment {
  const early = ['early_stop=false', 'on_divergence=stop', `epochs=${epochs}`];
  const { loaded } = readExperiment({ cwd }, config, [...set, ...early, ...overridesOf(trials[trial])]);
  // All of them are compared.
  if (loaded.text !== first.text) throw badInput(`${config}: was changed meanwhile: begin again`);
  return loaded;
}

function fileOf({ loaded, set }: Warmup, { name, epochs, trials }: TrialPhase): SweepFile {
  return {
    ...{
      format: SWEEP_FORMAT,
      created: Date.now(),
      pitwall: VERSION,
      metric: 'map',
      rule: 'none',
      reduction: 2,
    },
    ...{ file: loaded.file, text: [name, ...set].join(' '), rungs: [], epochs },
    experiment: { file: loaded.file, text: loaded.text },
    trials: JSON.parse(JSON.stringify(trials)),
  };
}

type WarmupFindings = { readonly probed: CriticalRate; readonly trials: readonly TrialReport[] };

async function conclude(io: CliIo, all: Warmup, found: WarmupFindings): Promise<ExitCode> {
  const verdict = await verdictOf(found.trials);
  if (all.json) printJson(io.stdout, { type: 'warmup', ...found.probed, ...jsonOf(found, verdict) });
  else
    for (const line of [...linesOf(found, verdict), explainedLine(io.installDir, 'several-runs-and-a-gate')])
      printLine(io.stdout, line);
  if (all.apply) apply(all, verdict);
  return 0;
}

const settingOf = (trial: TrialReport, key: string): number => Number(trial.settings.get(key) ?? 0);
const isWarm = (trial: TrialReport): boolean => settingOf(trial, 'warmup_epochs') > 0;

type WarmupVerdict = {
  /** The best training with a warm-up, and the best without. */
  readonly warm: TrialReport;
  readonly cold: TrialReport;
  readonly against: Awaited<ReturnType<typeof compareTrials>>;
  readonly chosenFrom: number;
};

/** Of each kind the one with the highest mAP; the interval is as wide as the choice among all of them makes it. */
async function verdictOf(trials: readonly TrialReport[]): Promise<WarmupVerdict | undefined> {
  const ended = ranking({ trials });
  const warm = ended.find(isWarm);
  const cold = ended.find((trial) => !isWarm(trial));
  if (!warm || !cold) return undefined;
  const chosenFrom = trials.length - 1;
  return { warm, cold, against: await compareTrials(cold, warm, chosenFrom), chosenFrom };
}

function linesOf({ probed, trials }: WarmupFindings, verdict: WarmupVerdict | undefined): string[] {
  const { safe, critical } = probed;
  const columns = ['lr0', 'warm-up', 'shape', 'mAP50-95', 'at', ''].map((title, i) => ({
    title,
    align: i === 2 || i === 5 ? ('left' as const) : ('right' as const),
  }));
  const cells = trials.map((trial) => [
    ...['lr0', 'warmup_epochs'].map((key) => String(trial.settings.get(key) ?? '-')),
    isWarm(trial) ? String(trial.settings.get('warmup_shape') ?? 'linear') : '',
    ...[score(trial.best?.value), String(trial.best?.epoch ?? '')],
    [trial.trial === 0 ? 'the file as it stands' : '', trial.state === 'completed' ? '' : trial.state]
      .filter((part) => part !== '')
      .join(', '),
  ]);
  const rate =
    critical === undefined
      ? `without warm-up training lives at every LR that was tried, up to ${safe}`
      : `without warm-up training lives at lr0 ${safe} and dies at ${critical}`;
  return ['', rate, '', ...formatTable(columns, cells), '', ...verdictLines(verdict)];
}

function verdictLines(verdict: WarmupVerdict | undefined): string[] {
  if (!verdict)
    return ['no verdict: of each kind, with a warm-up and without, one training must reach its end'];
  const { warm, cold, against, chosenFrom } = verdict;
  const names = { a: describe(cold), b: describe(warm) };
  if (against.kind !== 'judged') return [`${names.b} and ${names.a} are not compared: ${whyNot(against)}`];
  const buys =
    against.verdict === 'second'
      ? 'here warm-up is worth it'
      : against.verdict === 'first'
        ? 'here none is better'
        : 'what warm-up buys here is less than these val images show';
  const limits = `the limits are those of the best of ${chosenFrom} trainings`;
  return [`${buys}: ${inEnglish(boxesSentence(against, names))}; ${limits}`];
}

function describe(trial: TrialReport): string {
  const epochs = settingOf(trial, 'warmup_epochs');
  const lr0 = trial.settings.get('lr0');
  const length = epochs === 1 ? '1 epoch' : `${epochs} epochs`;
  return epochs === 0 ? `none at lr0 ${lr0}` : `${length} of warm-up at lr0 ${lr0}`;
}

function jsonOf({ trials }: WarmupFindings, verdict: WarmupVerdict | undefined) {
  return {
    trials: trials.map(({ dir, state, settings, best }) => ({
      ...{ run: dir, state, best: best ?? null },
      settings: Object.fromEntries(settings),
    })),
    warm: verdict?.warm.dir ?? null,
    none: verdict?.cold.dir ?? null,
    difference: verdict ? differenceOf(verdict) : null,
  };
}

function differenceOf({ against, chosenFrom }: WarmupVerdict) {
  if (against.kind !== 'judged') return { refused: whyNot(against) };
  const { map, low, high, verdict } = against;
  return { map, low, high, verdict, comparisons: chosenFrom };
}

function whyNot(against: Exclude<WarmupVerdict['against'], { kind: 'judged' }>): string {
  if (against.kind === 'baseline') return '';
  return against.kind === 'absent' ? against.why : inEnglish(against.why);
}

/** Only what was shown to be better. */
function apply({ loaded }: Warmup, verdict: WarmupVerdict | undefined): void {
  const against = verdict?.against;
  if (!verdict || against?.kind !== 'judged' || against.verdict === 'neither')
    throw new Error(`${loaded.shown}: nothing was written: neither is shown to be better`);
  const { settings } = against.verdict === 'second' ? verdict.warm : verdict.cold;
  const chosen = ['lr0', 'warmup_epochs', 'warmup_shape'].flatMap((key) => {
    const value = settings.get(key);
    return typeof value === 'number' || typeof value === 'string' ? [{ key, value }] : [];
  });
  const text = withSettings(readText(loaded.file, loaded.shown), chosen);
  if (text === undefined) throw badInput(`${loaded.shown}: is one flow mapping; write the settings by hand`);
  try {
    writeFileSync(path.resolve(loaded.file), text);
  } catch (error) {
    throw badInput(`${loaded.shown}: ${fileFailure(error)}`, error);
  }
}
