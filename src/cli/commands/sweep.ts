import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { mapPool, toError } from '../../base/async';
import { createTranslate } from '../../base/translate';
import { formatDuration } from '../../domain/display/format';
import { parseSweep } from '../../domain/sweep/parse-sweep';
import { distinctTrials, planSweep, type SweepPlan } from '../../domain/sweep/plan-sweep';
import { suggestTrials } from '../../domain/sweep/suggest';
import { overridesOf, type SweepSettings, type TrialSettings } from '../../domain/sweep/types';
import { trainingSeconds } from '../../engine/compare/compare-many';
import { readState } from '../../engine/compare/run-detections';
import { listRuns } from '../../engine/runs/list-runs';
import { hasEnded, listSweeps, openSweep, type Sweep, sweepPaths } from '../../engine/sweep/sweep-folder';
import type { Target } from '../../engine/targets/target';
import { runNameStem } from '../../run/folder/create';
import { SWEEP_FORMAT, type SweepFile, trialName } from '../../run/sweep';
import { newestFirst } from '../../run/times';
import type { Cli } from '../cli';
import { VERSION } from '../cli';
import {
  type LoadedExperiment,
  loadExperiment,
  printWarnings,
  readExperiment,
  readText,
  reportProblems,
} from '../experiment';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { gpuNumbers, wholeNumber } from '../option-values';
import { createProgress } from '../output/progress';
import { driveSweep } from '../sweep/driver';
import { entryLine, printSweep } from '../sweep/lines';
import { placeOn, TARGET, TRUST_TARGET } from '../target';
import { checkLoaded } from '../train/start';

type SweepOptions = {
  readonly parallel?: number;
  readonly target?: string;
  readonly trust?: true;
  readonly devices?: readonly string[];
  readonly name?: string;
  readonly runs?: string;
  readonly dryRun?: true;
  readonly json?: true;
};

export function sweepCommand({ io, run }: Cli) {
  return new Command('sweep')
    .description(
      'train an experiment with other settings and find the best of them; the worse are stopped early',
    )
    .argument('<file>', 'sweep file (*.sweep.yaml)')
    .option(
      '--parallel <n>',
      'trials that train at once: 1, one for each of --devices, of jobs on a target 16',
      wholeNumber,
    )
    .option(...TARGET)
    .option(...TRUST_TARGET)
    .option('--devices <list>', 'GPUs by their numbers for CUDA, as 0,1: a trial each', gpuNumbers)
    .option(
      '--name <name>',
      'name of the sweep folder; without it the sweep that has not ended, or a new one',
    )
    .option('--runs <dir>', 'folder of the runs; without it runs/ beside the experiment')
    .option('--dry-run', 'only print the trials, and what they would cost')
    .option('--json', 'what is decided as JSON lines on stdout, a result line at the end')
    .action(run((file, options) => sweep(io, file, options)));
}

type LoadedSweep = {
  readonly file: string;
  readonly text: string;
  readonly settings: SweepSettings;
  readonly trials: readonly TrialSettings[];
  readonly plan: SweepPlan;
  /** The experiment as it stands. */
  readonly base: LoadedExperiment;
  readonly load: (trial: number) => LoadedExperiment;
};

async function sweep(io: CliIo, shown: string, options: SweepOptions): Promise<ExitCode> {
  const loaded = loadSweep(io, shown);
  const where = await placeOf(io, loaded, options);
  const parallel = Math.min(options.parallel ?? where.most, loaded.trials.length);
  if (options.dryRun) return dryRun(io, loaded, { ...options, ...where, parallel });
  printWarnings(io, await checkLoaded(io, loaded.base));
  return train(io, loaded, { ...options, ...where, parallel });
}

/** A sweep of a thousand trials does not fill the queue of a cluster. */
const MOST_JOBS = 16;

async function placeOf(io: CliIo, { base }: LoadedSweep, options: SweepOptions) {
  const { target: engine, place } = await placeOn(io, base.file, options);
  const isHere = engine.kind === 'local';
  if (!isHere && options.devices !== undefined)
    throw badInput('pitwall: --devices is of this machine; a target gives each job its own');
  return { engine, place, most: isHere ? (options.devices?.length ?? 1) : MOST_JOBS };
}

/** The file, its trials and its plan; what is wrong with any of them ends the command before anything is paid for. */
function loadSweep(io: CliIo, shown: string): LoadedSweep {
  const file = path.resolve(io.cwd, shown);
  const text = readText(file, shown);
  const { sweep: settings, problems, entries } = parseSweep(text, shown);
  reportProblems(io, problems);
  if (!settings) throw badInput(`${shown}: is not a sweep`);
  const experiment = path.resolve(path.dirname(file), settings.experiment);
  const config = path.relative(io.cwd, experiment) || experiment;
  const base = loadExperiment(io, config, []);
  const all = suggestTrials(settings).map((one, n) => ({ settings: one, ...loadTrial(io, config, n, one) }));
  const trials = distinctTrials(all);
  const plan = planSweep({ sweep: settings, trials, entries, file: shown });
  reportProblems(io, plan.problems);
  const settingsOf = trials.map((one) => one.settings);
  // As they were read now: a change of the experiment meanwhile is not one of the trials that are to come.
  const load = (trial: number): LoadedExperiment => trials[trial];
  return { file, text, settings, trials: settingsOf, plan, base, load };
}

function loadTrial(io: CliIo, config: string, trial: number, settings: TrialSettings): LoadedExperiment {
  try {
    return readExperiment(io, config, overridesOf(settings)).loaded;
  } catch (error) {
    throw badInput(`trial ${trialName(trial)}: ${toError(error).message}`, error);
  }
}

type SweepPlace = SweepOptions & { readonly place: string; readonly parallel: number };

async function train(
  io: CliIo,
  loaded: LoadedSweep,
  options: SweepPlace & { readonly engine: Target },
): Promise<ExitCode> {
  const { place, name, parallel, devices = [], json, engine } = options;
  const file = fileOf(loaded);
  const opened = await openSweep({
    ...{
      runsDir: place,
      file,
      stem: `${runNameStem(loaded.file.replace(/\.sweep(?=\.ya?ml$)/i, ''), '')}-sweep`,
    },
    ...(name !== undefined && { name }),
  }).catch((error: unknown) => {
    throw badInput(toError(error).message, error);
  });
  const isNew = opened.file === file;
  if (isNew && name === undefined) await noteLeft(io, opened);
  const progress = createProgress(io.stdout, io.env);
  if (!json) progress.line(`sweep: ${opened.dir}`);
  const driven = await driveSweep(io, {
    ...{ sweep: opened, parallel, load: loaded.load, target: engine },
    devices,
    onEntry: (entry) => {
      const line = entryLine(entry, opened.file);
      if (json) printJson(io.stdout, entry);
      else if (line !== undefined) progress.line(line);
    },
    note: (text) => (json ? printLine(io.stderr, text) : progress.line(text)),
  }).finally(() => progress.stop());
  if (!json) printLine(io.stdout);
  await printSweep(io, opened.dir, json);
  if (driven.kind === 'interrupted') return 130;
  return driven.best ? 0 : 1;
}

/** One that was begun with another text of the same file, and is not gone on with. */
async function noteLeft({ stderr }: CliIo, { dir, file }: Sweep): Promise<void> {
  const left = (await listSweeps(path.dirname(dir))).find(
    (one) => one.dir !== dir && one.file.file === file.file && !hasEnded(one),
  );
  if (left)
    printLine(
      stderr,
      `${left.dir}: has not ended; it is of ${file.file} or its experiment as they were then, and this is a new sweep`,
    );
}

function fileOf({ file, text, settings, trials, plan, base }: LoadedSweep): SweepFile {
  const { metric, stop } = settings;
  return {
    ...{ format: SWEEP_FORMAT, created: Date.now(), file, text, metric, pitwall: VERSION },
    experiment: { file: base.file, text: base.text },
    ...{ rule: stop.rule, reduction: stop.reduction },
    ...{ rungs: [...plan.rungs], epochs: plan.epochs },
    trials: JSON.parse(JSON.stringify(trials)),
  };
}

async function dryRun(
  io: CliIo,
  { trials, plan, base }: LoadedSweep,
  { place, parallel, json }: SweepPlace,
): Promise<ExitCode> {
  const seconds = await secondsPerEpoch(place, base);
  const hours = seconds === undefined ? undefined : (seconds * plan.expectedEpochs) / parallel / 3600;
  const { rungs, epochs, expectedEpochs } = plan;
  const all = epochs * trials.length;
  if (json) {
    printJson(io.stdout, {
      type: 'plan',
      trials,
      rungs,
      epochs,
      expectedEpochs,
      of: all,
      hours: hours ?? null,
    });
    return 0;
  }
  for (const [trial, settings] of trials.entries())
    printLine(
      io.stdout,
      `${trialName(trial)}  ${overridesOf(settings).join('  ') || 'the file as it stands'}`,
    );
  const judged =
    rungs.length === 0 ? 'all train to their end' : `judged at epoch ${rungs.join(', ')} of ${epochs}`;
  printLine(
    io.stdout,
    `${trials.length} trials, ${judged}: at most ${expectedEpochs} of ${all} epochs${expectedEpochs < all ? ', unless trials are equal' : ''}`,
  );
  printLine(
    io.stdout,
    hours === undefined
      ? 'how long they take is not known: no run of this experiment has trained an epoch yet'
      : `about ${formatDuration(hours * 3600, createTranslate())} of training, as the last run of this experiment took`,
  );
  return 0;
}

/** As the newest run, or trial, of this file with the same model, size and batch took. */
async function secondsPerEpoch(
  place: string,
  { file, experiment }: LoadedExperiment,
): Promise<number | undefined> {
  const sweeps = (await listSweeps(place)).filter((one) => one.file.experiment.file === file);
  const folders = [place, ...sweeps.slice(0, MOST_ASKED).map(({ dir }) => sweepPaths(dir).trials)];
  const listed = await mapPool(folders, 1, listRuns);
  const runs = listed.flatMap((one) => one.runs).sort((a, b) => newestFirst(a.run, b.run));
  const cost = ({ model, imgsz, batch }: LoadedExperiment['experiment']): string =>
    [model, imgsz, batch].join(' ');
  const same = runs.filter(
    ({ run }) => run.experiment.file === file && cost(run.experiment.resolved) === cost(experiment),
  );
  for (const { dir } of same.slice(0, MOST_ASKED)) {
    const state = await readState(dir);
    const seconds = trainingSeconds(state);
    if (seconds !== undefined) return seconds / state.epochs.length;
  }
  return undefined;
}

const MOST_ASKED = 5;
