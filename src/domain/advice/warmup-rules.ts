import { BETA2, isAdam, isFineTuning, neededWarmup, warmupShare } from './facts';
import { count, epochsFor, percent, rate } from './numbers';
import type { AdviceContext, Finding, Rule } from './types';

const GOYAL = 'Goyal et al. 2017, arXiv 1706.02677';
const MA = 'Ma and Yarats 2019, arXiv 1910.04209';

export const WARMUP_RULES: readonly Rule[] = [
  {
    id: 'warmup-steps',
    key: 'warmup_epochs',
    source: GOYAL,
    reason: 'Warm-up acts by the step, not by the epoch: its length in steps is what can be compared.',
    find: ({ experiment, schedule }) => {
      const { stepsPerEpoch, warmupSteps, steps } = schedule;
      if (warmupSteps === 0) return undefined;
      const epochs = experiment.schedule.warmup_epochs;
      const exact = Math.abs(stepsPerEpoch * epochs - warmupSteps) < 1;
      const product = exact
        ? `${count(stepsPerEpoch)} steps per epoch x ${epochs} = ${count(warmupSteps)} warm-up steps`
        : `${count(warmupSteps)} warm-up steps`;
      return { severity: 'info', message: `${product}, ${percent(warmupSteps / steps)} of the run` };
    },
  },
  {
    id: 'warmup-missing',
    key: 'warmup_epochs',
    source: GOYAL,
    reason: 'Early weights change fast, and a full LR on them can blow the loss up in the first steps.',
    find: (context) => {
      const { schedule } = context;
      if (schedule.warmupSteps > 0 || isFineTuning(context) || schedule.steps < 20) return undefined;
      const epochs = epochsFor(neededWarmup(context), schedule.stepsPerEpoch);
      return {
        severity: 'warning',
        message: `without warm-up the first step runs at the full LR ${rate(schedule.lrAt(0, 0))}; ${epochs} epochs (${count(epochs * schedule.stepsPerEpoch)} steps) would do`,
        fix: { key: 'warmup_epochs', value: epochs },
      };
    },
  },
  {
    id: 'warmup-one-epoch',
    key: 'warmup_epochs',
    source: 'heuristic, after Goyal et al. 2017',
    reason: 'Images that are first seen at the full LR pull hardest on the youngest weights.',
    find: ({ schedule }) => {
      const { warmupSteps, stepsPerEpoch, steps } = schedule;
      if (warmupSteps === 0 || warmupSteps >= stepsPerEpoch || steps < 10 * stepsPerEpoch) return undefined;
      return {
        severity: 'warning',
        message: `warm-up ends after ${percent(warmupSteps / stepsPerEpoch)} of the first epoch: the rest of the images are first seen at the full LR`,
        fix: { key: 'warmup_epochs', value: 1 },
      };
    },
  },
  {
    id: 'warmup-short',
    key: 'warmup_epochs',
    source: `${MA}; MMDetection, Detectron2 and Ultralytics use 500 to 1,000 steps or 3 epochs`,
    reason:
      'Adam needs 2 / (1 - beta2) steps for its second moment; SGD a few hundred. A tenth of the run is enough.',
    find: shortWarmup,
  },
  {
    id: 'warmup-long',
    key: 'warmup_epochs',
    source: 'heuristic: 5 to 10 % of the run',
    reason: 'What warm-up takes is missing at the peak, where most is learnt.',
    find: longWarmup,
  },
  {
    id: 'warmup-swallows-run',
    key: 'warmup_epochs',
    source: 'ultralytics#20768, PR #25321',
    reason: 'With warm-up over half the run the decay has begun before the LR is up: lr0 is never reached.',
    find: swallowed,
  },
  {
    id: 'warmup-floor-100',
    key: 'warmup_epochs',
    source: 'ultralytics PR #25321',
    reason: 'Up to 8.4.102 Ultralytics warms up for at least 100 steps, whatever warmup_epochs says.',
    find: ({ experiment, schedule }) => {
      const asked = experiment.schedule.warmup_epochs * schedule.stepsPerEpoch;
      if (experiment.trainer !== 'ultralytics' || schedule.warmupSteps <= asked + 1 || asked === 0)
        return undefined;
      return {
        severity: 'warning',
        message: `${count(asked)} warm-up steps are asked for, ${count(schedule.warmupSteps)} are made: this Ultralytics never makes fewer than 100`,
      };
    },
  },
];

function shortWarmup(context: AdviceContext): Finding | undefined {
  const { schedule } = context;
  const needed = neededWarmup(context);
  if (schedule.warmupSteps === 0 || schedule.warmupSteps >= needed * 0.8) return undefined;
  const epochs = epochsFor(needed, schedule.stepsPerEpoch);
  const why = isAdam(context) ? `2 / (1 - ${BETA2}) = 2,000 for Adam` : '500 steps or 3 epochs for SGD';
  return {
    severity: 'info',
    message: `${count(schedule.warmupSteps)} warm-up steps are few; ${count(needed)} are advised (${why}, at most a tenth of the run)`,
    fix: { key: 'warmup_epochs', value: epochs },
  };
}

function longWarmup(context: AdviceContext): Finding | undefined {
  const { schedule } = context;
  const share = warmupShare(context);
  const floor = isAdam(context) ? 2000 : 500;
  if (share <= 0.1 || share >= 0.5 || schedule.warmupSteps <= floor) return undefined;
  const epochs = epochsFor(Math.max(floor, schedule.steps * 0.1), schedule.stepsPerEpoch);
  return {
    severity: 'info',
    message: `warm-up takes ${percent(share)} of the run (${count(schedule.warmupSteps)} steps); 5 to 10 % is usual, ${epochs} epochs`,
    fix: { key: 'warmup_epochs', value: epochs },
  };
}

function swallowed(context: AdviceContext): Finding | undefined {
  const { schedule, experiment } = context;
  const share = warmupShare(context);
  if (share < 0.5) return undefined;
  const weights = Math.max(0, schedule.groups.indexOf('weights'));
  const peak = schedule.lrAt(Math.min(schedule.warmupSteps, schedule.steps - 1), weights);
  const epochs = Math.max(0.5, Math.floor(experiment.epochs / 10));
  return {
    severity: 'warning',
    message: `warm-up takes ${percent(share)} of the run: the LR tops out near ${rate(peak)} and never reaches lr0`,
    fix: { key: 'warmup_epochs', value: epochs },
  };
}
