import { words } from '../../base/words';
import { formatCount } from '../display/format';
import { TRAINERS } from '../experiment/trainers';
import { headlineTexts } from '../schedule/headlines';
import { mainGroup } from '../schedule/summary';
import {
  BETA2,
  epochsFor,
  isAdam,
  isFineTuning,
  isSmallForModel,
  neededWarmup,
  percent,
  rate,
  warmupShare,
} from './facts';
import type { AdviceContext, Finding, Rule } from './types';

const GOYAL = words('Goyal et al. 2017, arXiv 1706.02677');

export const WARMUP_RULES: readonly Rule[] = [
  {
    id: 'warmup-steps',
    counted: true,
    key: 'warmup_epochs',
    source: GOYAL,
    reason: words('Warm-up acts by the step, not by the epoch: its length in steps is what can be compared.'),
    find: ({ experiment, schedule }) => {
      const { stepsPerEpoch, warmupSteps, steps } = schedule;
      if (warmupSteps === 0) return undefined;
      const epochs = experiment.schedule.warmup_epochs;
      const exact = Math.abs(stepsPerEpoch * epochs - warmupSteps) < 1;
      const [all, share] = [formatCount(warmupSteps), percent(warmupSteps / steps)];
      return {
        severity: 'info',
        message: exact
          ? words(
              '{0} steps per epoch x {1} = {2} warm-up steps, {3} of the run',
              ...[formatCount(stepsPerEpoch), epochs, all, share],
            )
          : words('{0} warm-up steps, {1} of the run', all, share),
      };
    },
  },
  {
    id: 'warmup-missing',
    counted: true,
    key: 'warmup_epochs',
    source: GOYAL,
    reason: words(
      'Early weights change fast, and a full LR on them can blow the loss up in the first steps.',
    ),
    find: (context) => {
      const { schedule, experiment } = context;
      // The last epoch is plain training: a run of one has no room for a warm-up.
      if (experiment.epochs < 2 || schedule.warmupSteps > 0 || isFineTuning(context) || schedule.steps < 20)
        return undefined;
      const epochs = epochsFor(neededWarmup(context), schedule.stepsPerEpoch);
      return {
        severity: 'warning',
        message: words(
          'without warm-up the first step runs at the full LR {0}; {1} epochs ({2} steps) would do',
          ...[
            rate(schedule.lrAt(0, mainGroup(schedule))),
            epochs,
            formatCount(epochs * schedule.stepsPerEpoch),
          ],
        ),
        fix: { key: 'warmup_epochs', value: epochs },
      };
    },
  },
  {
    id: 'warmup-one-epoch',
    counted: true,
    key: 'warmup_epochs',
    source: words('heuristic, after Goyal et al. 2017'),
    reason: words('Images that are first seen at the full LR change the untrained weights most.'),
    find: ({ schedule }) => {
      const { warmupSteps, stepsPerEpoch, steps } = schedule;
      if (warmupSteps === 0 || warmupSteps >= stepsPerEpoch || steps < 10 * stepsPerEpoch) return undefined;
      return {
        severity: 'warning',
        message: words(
          'warm-up ends after {0} of the first epoch: the rest of the images are first seen at the full LR',
          percent(warmupSteps / stepsPerEpoch),
        ),
        fix: { key: 'warmup_epochs', value: 1 },
      };
    },
  },
  {
    id: 'warmup-short',
    counted: true,
    key: 'warmup_epochs',
    source: words(
      'Ma and Yarats 2019, arXiv 1910.04209; MMDetection, Detectron2 and Ultralytics use 500 to 1,000 steps or 3 epochs',
    ),
    reason: words(
      'Adam needs 2 / (1 - beta2) steps for its second moment; SGD a few hundred. A tenth of the run is enough.',
    ),
    find: shortWarmup,
  },
  {
    id: 'warmup-long',
    counted: true,
    key: 'warmup_epochs',
    source: words('heuristic: 5 to 10 % of the run'),
    reason: words('Warm-up takes time from the peak LR, at which most is learnt.'),
    find: longWarmup,
  },
  {
    id: 'warmup-swallows-run',
    counted: true,
    key: 'warmup_epochs',
    source: words('ultralytics#20768, PR #25321'),
    reason: words(
      'With warm-up over half the run the decay has begun before the LR is up: lr0 is never reached.',
    ),
    find: swallowed,
  },
  {
    id: 'warmup-floor-100',
    counted: true,
    key: 'warmup_epochs',
    source: words('ultralytics PR #25321'),
    reason: words('Up to 8.4.102 Ultralytics warms up for at least 100 steps, whatever warmup_epochs says.'),
    find: ({ experiment, schedule }) => {
      const asked = experiment.schedule.warmup_epochs * schedule.stepsPerEpoch;
      if (!TRAINERS[experiment.trainer].isUltralytics || schedule.warmupSteps <= asked + 1 || asked === 0)
        return undefined;
      return {
        severity: 'warning',
        message: words(
          '{0} warm-up steps are requested, {1} are made: this Ultralytics never makes fewer than 100',
          ...[formatCount(asked), formatCount(schedule.warmupSteps)],
        ),
      };
    },
  },
];

function shortWarmup(context: AdviceContext): Finding | undefined {
  const { schedule } = context;
  const needed = neededWarmup(context);
  if (schedule.warmupSteps === 0 || schedule.warmupSteps >= needed * 0.8) return undefined;
  const epochs = epochsFor(needed, schedule.stepsPerEpoch);
  const why = isAdam(context)
    ? words('2 / (1 - {0}) = 2,000 for Adam', BETA2)
    : words('500 steps or 3 epochs for SGD');
  return {
    severity: 'info',
    message: words(
      '{0} warm-up steps are few; {1} are advised ({2}, at most a tenth of the run)',
      ...[formatCount(schedule.warmupSteps), formatCount(needed), why],
    ),
    fix: { key: 'warmup_epochs', value: epochs },
  };
}

function longWarmup(context: AdviceContext): Finding | undefined {
  const { schedule, experiment } = context;
  const share = warmupShare(context);
  const floor = isAdam(context) ? 2000 : 500;
  // A large model on a small set is advised up to ten warm-up epochs: one rule must not contradict another.
  if (isSmallForModel(context) && experiment.schedule.warmup_epochs <= 10) return undefined;
  if (share <= 0.1 || share >= 0.5 || schedule.warmupSteps <= floor) return undefined;
  const epochs = epochsFor(Math.max(floor, schedule.steps * 0.1), schedule.stepsPerEpoch);
  return {
    severity: 'info',
    message: words(
      'warm-up takes {0} of the run ({1} steps); 5 to 10 % is usual, {2} epochs',
      ...[percent(share), formatCount(schedule.warmupSteps), epochs],
    ),
    fix: { key: 'warmup_epochs', value: epochs },
  };
}

function swallowed(context: AdviceContext): Finding | undefined {
  const { schedule, experiment } = context;
  const share = warmupShare(context);
  if (share < 0.5) return undefined;
  const { highestLr } = headlineTexts(schedule);
  const epochs = Math.max(0.5, Math.floor(experiment.epochs / 10));
  return {
    severity: 'warning',
    message: words(
      'warm-up takes {0} of the run: the LR tops out at {1} and never reaches lr0',
      ...[percent(share), highestLr],
    ),
    fix: { key: 'warmup_epochs', value: epochs },
  };
}
