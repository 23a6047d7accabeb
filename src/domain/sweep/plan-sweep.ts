import { type Problem, worded } from '../../base/problem';
import { type Words, words } from '../../base/words';
import { place } from '../experiment/check-entries';
import type { KeyEntry } from '../experiment/entries';
import { TRAINERS } from '../experiment/trainers';
import type { Experiment } from '../experiment/types';
import { expectedEpochs, rungsOf } from './halving';
import { gridSize } from './suggest';
import type { SweepSettings, TrialSettings } from './types';

/** A trial before it is started. */
export type PlannedTrial = { readonly settings: TrialSettings; readonly experiment: Experiment };

export type SweepPlan = {
  /** Epochs at which trials are judged; none if all train to the end. */
  readonly rungs: readonly number[];
  /** Of every trial. */
  readonly epochs: number;
  /** At most, of all trials together, unless some are equal. */
  readonly expectedEpochs: number;
  readonly problems: readonly Problem[];
};

type SweepInput = {
  readonly sweep: SweepSettings;
  readonly trials: readonly PlannedTrial[];
  /** The sweep file's keys, for the place of a problem. */
  readonly entries: ReadonlyMap<string, KeyEntry>;
  readonly file: string;
};

/** Epochs after the warm-up before a trial shows anything: with fewer, the one that won was stopped (measured). */
const AFTER_WARMUP = 2;

/** What will be trained, and what makes the sweep not worth paying for. */
export function planSweep(input: SweepInput): SweepPlan {
  const { sweep, trials } = input;
  const { rule, grace = longestWarmup(trials) + AFTER_WARMUP, reduction } = sweep.stop;
  const epochs = trials[0].experiment.epochs;
  const rungs = rule === 'none' ? [] : rungsOf(grace, reduction, epochs);
  const found = [
    ...ignoredRate(trials),
    ...gridProblem(sweep),
    ...unvalidated(input, rungs),
    ...(rule === 'none' ? [] : stopProblems(input, { grace, rungs, epochs })),
  ];
  return {
    rungs,
    epochs,
    // By asha each may be better than those before it, and train on.
    expectedEpochs: expectedEpochs(trials.length, rule === 'halving' ? rungs : [], reduction, epochs),
    problems: found.map((one) => placed(one, input)),
  };
}

/** Without those that would train as an earlier one does: a point of a grid may be the file as it stands. */
export function distinctTrials<T extends PlannedTrial>(trials: readonly T[]): readonly T[] {
  const first = new Map<string, T>();
  for (const trial of trials) {
    const { explicit: _, ...settings } = trial.experiment;
    const key = JSON.stringify(settings);
    if (!first.has(key)) first.set(key, trial);
  }
  return [...first.values()];
}

const longestWarmup = (trials: readonly PlannedTrial[]): number =>
  Math.max(...trials.map(({ experiment }) => Math.ceil(experiment.schedule.warmup_epochs)));

type PlanFinding = { readonly severity: 'error' | 'warning'; readonly key: string; readonly said: Words };

function placed({ severity, key, said }: PlanFinding, { entries, file }: SweepInput): Problem {
  const entry = entries.get(key) ?? [...entries.values()].find((one) => one.key.startsWith(`${key}.`));
  return { severity, ...worded(said), ...(entry ? { ...place(entry), key } : { file, key }) };
}

/** Ultralytics' `auto` chooses LR and momentum itself: all these trials would train alike. */
function ignoredRate(trials: readonly PlannedTrial[]): readonly PlanFinding[] {
  const ignored = ['lr0', 'momentum'].find((key) =>
    trials.some(({ settings, experiment }) => key in settings && experiment.schedule.optimizer === 'auto'),
  );
  if (ignored === undefined) return [];
  const said = words(
    'optimizer: auto ignores {0}: name an optimizer in the experiment, or vary it as well',
    ignored,
  );
  return [{ severity: 'error', key: `search.${ignored}`, said }];
}

function gridProblem({ sampler, trials, search }: SweepSettings): readonly PlanFinding[] {
  if (sampler !== 'grid' || trials === undefined) return [];
  const size = gridSize(search) + 1;
  if (trials >= size) return [];
  const said = words(
    'the grid has {0} trials with trial 0: {1} would leave a corner of it out',
    size,
    trials,
  );
  return [{ severity: 'error', key: 'trials', said }];
}

function unvalidated({ sweep, trials }: SweepInput, rungs: readonly number[]): readonly PlanFinding[] {
  const off = trials.findIndex(({ experiment }) => !experiment.validation.enabled);
  // Other trainers have validations of their own.
  const isOwn = trials.every(({ experiment }) => TRAINERS[experiment.trainer].isOwn);
  if (off >= 0 && isOwn)
    return [
      {
        severity: 'error',
        key: 'metric',
        said: words('{0} is missing: the experiment validates nothing', sweep.metric),
      },
    ];
  const { every } = trials[0].experiment.validation;
  const missed = rungs.find((rung) => rung % Math.max(every, trials[0].experiment.checkpoints.every) !== 0);
  if (missed === undefined) return [];
  const said = words('epoch {0} is a rung, and validation.every: {1} does not validate it', missed, every);
  return [{ severity: 'error', key: 'stop.grace', said }];
}

type Rungs = { readonly grace: number; readonly rungs: readonly number[]; readonly epochs: number };

function stopProblems(input: SweepInput, { grace, rungs, epochs }: Rungs): readonly PlanFinding[] {
  const { rule, reduction } = input.sweep.stop;
  if (rule === 'halving' && TRAINERS[input.trials[0].experiment.trainer].isReader)
    return [
      {
        severity: 'error',
        key: 'stop.rule',
        said: words('a program of your own cannot be paused at a rung: use asha or none'),
      },
    ];
  if (rungs.length === 0)
    return [
      {
        severity: 'error',
        key: 'stop.grace',
        said: words(
          'no trial would ever be stopped: the first rung is epoch {0} of {1}; shorten it, or say rule: none',
          grace,
          epochs,
        ),
      },
    ];
  const single = words(
    'there is one rung only, epoch {0}: the next would be epoch {1} of {2}',
    grace,
    grace * reduction,
    epochs,
  );
  return [
    ...shortGrace(input, grace),
    ...(rungs.length === 1 ? [{ severity: 'warning' as const, key: 'stop.reduction', said: single }] : []),
  ];
}

function shortGrace({ sweep, trials }: SweepInput, grace: number): readonly PlanFinding[] {
  const warmup = longestWarmup(trials);
  if (grace >= warmup + AFTER_WARMUP) return [];
  const said = words(
    'is shorter than the warm-up of {0} epochs and {1} more: a trial that starts slowly would be stopped, and that one may win; allow_short_grace: true accepts it',
    warmup,
    AFTER_WARMUP,
  );
  return [{ severity: sweep.stop.allowShortGrace ? 'warning' : 'error', key: 'stop.grace', said }];
}
