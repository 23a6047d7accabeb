import { effective, isAdam, isFineTuning } from './facts';
import { count, rate } from './numbers';
import type { AdviceContext, Finding, Rule } from './types';

/** Ultralytics' nominal batch: up to it gradients are accumulated, above it nothing is scaled. */
const NOMINAL_BATCH = 64;

export const OPTIMIZER_RULES: readonly Rule[] = [
  {
    id: 'adam-bias-lr',
    key: 'warmup_bias_lr',
    source:
      'facts of Ultralytics: it zeroes warmup_bias_lr only under optimizer auto; ultralytics#7782, #10130',
    reason:
      'A step of Adam is as large as its LR, whatever the gradient: the biases start at many times lr0.',
    find: (context) => {
      const { warmup_bias_lr: bias, lr0 } = context.experiment.schedule;
      if (effective(context).auto || !isAdam(context) || bias <= lr0 || context.schedule.warmupSteps === 0)
        return undefined;
      return {
        severity: 'warning',
        message: `the biases start at ${rate(bias)}, ${count(bias / lr0)} times lr0 ${rate(lr0)}, on ${context.experiment.schedule.optimizer}`,
        fix: { key: 'warmup_bias_lr', value: 0 },
      };
    },
  },
  {
    id: 'adam-lr0',
    key: 'lr0',
    source: "Ultralytics' defaults: SGD 0.01, Adam 0.001",
    reason: "Adam's steps do not shrink with the gradient; SGD's LR is about ten times too large for it.",
    find: (context) => {
      const { lr0, optimizer } = context.experiment.schedule;
      if (effective(context).auto || !isAdam(context) || lr0 < 0.005) return undefined;
      return {
        severity: 'warning',
        message: `lr0 ${rate(lr0)} is meant for SGD; ${optimizer} usually trains at 0.001 or below`,
        fix: { key: 'lr0', value: 0.001 },
      };
    },
  },
  {
    id: 'auto-ignores',
    key: 'optimizer',
    source: 'ultralytics#8400, #22782, #17444',
    reason: 'optimizer auto chooses optimizer, LR and momentum by the number of updates and of classes.',
    find: autoIgnores,
  },
  {
    id: 'lr-batch',
    key: 'lr0',
    source: 'linear scaling rule, Goyal et al. 2017, arXiv 1706.02677',
    reason: `Up to ${NOMINAL_BATCH} images Ultralytics accumulates to the nominal batch; above it neither LR nor accumulation is scaled.`,
    find: (context) => {
      const { experiment } = context;
      const { lr0 } = experiment.schedule;
      if (effective(context).auto || isAdam(context) || experiment.batch <= NOMINAL_BATCH) return undefined;
      const scaled = (0.01 * experiment.batch) / NOMINAL_BATCH;
      if (lr0 >= 0.6 * scaled) return undefined;
      return {
        severity: 'info',
        message: `batch ${experiment.batch} is ${rate(experiment.batch / NOMINAL_BATCH)} times ${NOMINAL_BATCH}: scaled with it, lr0 0.01 would be ${rate(scaled)}, and it is ${rate(lr0)}`,
        fix: { key: 'lr0', value: Number(rate(scaled)) },
      };
    },
  },
  {
    id: 'fine-tune-warmup',
    key: 'warmup_epochs',
    source: 'ultralytics#14896, #2779; yolov5#12065',
    reason: 'Trained weights are thrown off by biases that start at a high LR; the loss rises first.',
    find: (context) => {
      const { warmup_bias_lr: bias, lr0 } = context.experiment.schedule;
      if (!isFineTuning(context) || context.schedule.warmupSteps === 0 || bias <= lr0) return undefined;
      return {
        severity: 'info',
        message: `this goes on from trained weights, and the biases start at ${rate(bias)} above lr0 ${rate(lr0)}: expect the loss to rise first`,
        fix: { key: 'warmup_bias_lr', value: lr0 },
      };
    },
  },
];

function autoIgnores(context: AdviceContext): Finding | undefined {
  const chosen = effective(context);
  const { explicit, schedule } = context.experiment;
  if (!chosen.auto) return undefined;
  const named = [
    ...(explicit.includes('lr0') && schedule.lr0 !== 0.01 ? [`lr0 ${rate(schedule.lr0)}`] : []),
    ...(explicit.includes('momentum') && schedule.momentum !== 0.937
      ? [`momentum ${schedule.momentum}`]
      : []),
  ];
  if (named.length === 0) return undefined;
  return {
    severity: 'warning',
    message: `${named.join(' and ')} ${named.length > 1 ? 'are' : 'is'} ignored: auto trains ${chosen.optimizer} at ${rate(chosen.lr0)} with momentum ${chosen.momentum}`,
    fix: { key: 'optimizer', value: 'SGD' },
  };
}
