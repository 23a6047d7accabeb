import { type Words, words } from '../../base/words';
import { formatCount } from '../display/format';
import { isAssumed } from '../schedule/headlines';
import { effective, isAdam, isFineTuning, rate } from './facts';
import type { AdviceContext, Finding, Rule } from './types';

/** Ultralytics' nominal batch: below it gradients are accumulated, above it nothing is scaled. */
const NOMINAL_BATCH = 64;

export const OPTIMIZER_RULES: readonly Rule[] = [
  {
    id: 'adam-bias-lr',
    key: 'warmup_bias_lr',
    source: words(
      'facts of Ultralytics: it zeroes warmup_bias_lr only under optimizer auto; ultralytics#7782, #10130',
    ),
    reason: words(
      'A step of Adam is as large as its LR, whatever the gradient: the biases start at many times lr0.',
    ),
    find: (context) => {
      const { warmup_bias_lr: bias, lr0 } = context.experiment.schedule;
      if (effective(context).auto || !isAdam(context) || bias <= lr0 || context.schedule.warmupSteps === 0)
        return undefined;
      return {
        severity: 'warning',
        message: words(
          'the biases start at {0}, {1} times lr0 {2}, on {3}',
          ...[rate(bias), formatCount(bias / lr0), rate(lr0), context.experiment.schedule.optimizer],
        ),
        fix: { key: 'warmup_bias_lr', value: 0 },
      };
    },
  },
  {
    id: 'adam-lr0',
    key: 'lr0',
    source: words("Ultralytics' defaults: SGD 0.01, Adam 0.001"),
    reason: words(
      "Adam's steps do not shrink with the gradient; SGD's LR is about ten times too large for it.",
    ),
    find: (context) => {
      const { lr0, optimizer } = context.experiment.schedule;
      if (effective(context).auto || !isAdam(context) || lr0 < 0.005) return undefined;
      return {
        severity: 'warning',
        message: words(
          'lr0 {0} is meant for SGD; {1} usually trains at 0.001 or below',
          rate(lr0),
          optimizer,
        ),
        fix: { key: 'lr0', value: 0.001 },
      };
    },
  },
  {
    id: 'auto-ignores',
    key: 'optimizer',
    source: words('ultralytics#8400, #22782, #17444'),
    reason: words(
      'optimizer auto chooses optimizer, LR and momentum by the number of updates and of classes.',
    ),
    find: autoIgnores,
  },
  {
    id: 'lr-batch',
    key: 'lr0',
    source: words('linear scaling rule, Goyal et al. 2017, arXiv 1706.02677'),
    reason: words(
      'Up to {0} images Ultralytics accumulates to the nominal batch; above it neither LR nor accumulation is scaled.',
      NOMINAL_BATCH,
    ),
    find: (context) => {
      const { experiment } = context;
      const { lr0 } = experiment.schedule;
      if (effective(context).auto || isAdam(context) || experiment.batch <= NOMINAL_BATCH) return undefined;
      const scaled = (0.01 * experiment.batch) / NOMINAL_BATCH;
      if (lr0 >= 0.6 * scaled) return undefined;
      return {
        severity: 'info',
        message: words(
          'batch {0} is {1} times {2}: scaled with it, lr0 0.01 would be {3}, and it is {4}',
          ...[
            experiment.batch,
            rate(experiment.batch / NOMINAL_BATCH),
            NOMINAL_BATCH,
            rate(scaled),
            rate(lr0),
          ],
        ),
        fix: { key: 'lr0', value: Number(rate(scaled)) },
      };
    },
  },
  {
    id: 'fine-tune-warmup',
    key: 'warmup_epochs',
    source: words('ultralytics#14896, #2779; yolov5#12065'),
    reason: words('Trained weights are thrown off by biases that start at a high LR; the loss rises first.'),
    find: (context) => {
      const { warmup_bias_lr: bias, lr0 } = context.experiment.schedule;
      if (!isFineTuning(context) || context.schedule.warmupSteps === 0 || bias <= lr0) return undefined;
      return {
        severity: 'info',
        message: words(
          'this goes on from trained weights, and the biases start at {0} above lr0 {1}: expect the loss to rise first',
          ...[rate(bias), rate(lr0)],
        ),
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
  const fix = { key: 'optimizer', value: 'SGD' };
  if (isAssumed(context.schedule))
    return { severity: 'warning', message: words('{0}: auto chooses its own', ignored(named)), fix };
  return {
    severity: 'warning',
    message: words(
      '{0}: auto trains {1} at {2} with momentum {3}',
      ...[ignored(named), chosen.optimizer, rate(chosen.lr0), chosen.momentum],
    ),
    fix,
  };
}

function ignored([first, second]: readonly string[]): Words {
  return second === undefined
    ? words('{0} is ignored', first)
    : words('{0} and {1} are ignored', first, second);
}
