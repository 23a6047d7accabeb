import { words } from '../../base/words';
import { formatCount } from '../display/format';
import { TRAINERS } from '../experiment/trainers';
import { mainGroup } from '../schedule/summary';
import { targetAt } from '../schedule/types';
import { isSmallForModel, percent } from './facts';
import type { AdviceContext, Finding, Rule } from './types';

/** With fewer validation images than this, mAP jumps by points from one checkpoint to the next. */
const NOISY_SET = 500;

export const DATA_RULES: readonly Rule[] = [
  {
    id: 'small-set-warmup',
    counted: true,
    key: 'warmup_epochs',
    source: words('heuristic for small industrial sets'),
    reason: words(
      'With few images an epoch has few steps, and a large model needs a longer, slower start: 8 to 10 epochs.',
    ),
    find: (context) => {
      const asked = context.experiment.schedule.warmup_epochs;
      if (!isSmallForModel(context) || asked >= 8 || context.experiment.epochs < 50) return undefined;
      return {
        severity: 'info',
        message: words(
          '{0} images are few for {1}: 8 to 10 warm-up epochs suit it better than {2}',
          ...[formatCount(context.counts.images), context.experiment.model, asked],
        ),
        fix: { key: 'warmup_epochs', value: 8 },
      };
    },
  },
  {
    id: 'small-set-augment',
    counted: true,
    key: 'mosaic',
    source: words('heuristic; YOLOv4 (arXiv 2004.10934) for mosaic, arXiv 1710.09412 for mixup'),
    reason: words(
      'A large model memorizes a small set: joined, blended and covered images, and soft labels, prevent that.',
    ),
    find: (context) => {
      const { mosaic, mixup, cutout } = context.experiment.augment;
      if (!isSmallForModel(context) || (mosaic > 0 && mixup + cutout > 0)) return undefined;
      const fix = mosaic > 0 ? { key: 'mixup', value: 0.1 } : { key: 'mosaic', value: 1 };
      return {
        severity: 'info',
        message: words(
          '{0} images are few for {1}: {2} {3} keeps it from memorizing them',
          ...[formatCount(context.counts.images), context.experiment.model, fix.key, fix.value],
        ),
        fix,
      };
    },
  },
  {
    id: 'small-set-smoothing',
    counted: true,
    key: 'label_smoothing',
    source: words('Szegedy et al. 2016, arXiv 1512.00567'),
    reason: words(
      'Small defect sets have wrong and doubtful labels; a soft target keeps the model from trusting them fully.',
    ),
    find: ({ experiment, counts }) => {
      const applies = TRAINERS[experiment.trainer].isOwn && experiment.loss.label_smoothing === 0;
      if (!applies || counts.images >= 300 || counts.classes < 2) return undefined;
      return {
        severity: 'info',
        message: words(
          '{0} images in {1} classes: label_smoothing 0.05 often helps so small a set',
          ...[formatCount(counts.images), counts.classes],
        ),
        fix: { key: 'label_smoothing', value: 0.05 },
      };
    },
  },
  {
    id: 'mosaic-never',
    key: 'close_mosaic',
    source: words("Ultralytics' close_mosaic"),
    reason: words('Mosaic is off for the last close_mosaic epochs: in such a short run it is never on.'),
    find: ({ experiment }) => {
      const { mosaic, close_mosaic } = experiment.augment;
      if (mosaic === 0 || close_mosaic < experiment.epochs) return undefined;
      const value = Math.floor(experiment.epochs / 5);
      return {
        severity: 'info',
        message: words(
          'close_mosaic {0} covers all {1} epochs: mosaic is never used',
          ...[close_mosaic, experiment.epochs],
        ),
        fix: { key: 'close_mosaic', value },
      };
    },
  },
  {
    id: 'noisy-metric',
    key: 'early_stop.ema',
    source: words('heuristic'),
    reason: words(
      'The mAP of one checkpoint on few images is noise as much as progress: a verdict needs several in a row.',
    ),
    find: ({ experiment, counts }) => {
      const { enabled, ema } = experiment.early_stop;
      const images = counts.valImages;
      if (!enabled || ema >= 3 || (images !== undefined && images >= NOISY_SET)) return undefined;
      return {
        severity: 'info',
        message:
          images === undefined
            ? words('early stopping judges single checkpoints; an average over 5 is steadier')
            : words(
                'early stopping judges single checkpoints on {0} validation images; an average over 5 is steadier',
                formatCount(images),
              ),
        fix: { key: 'early_stop.ema', value: 5 },
      };
    },
  },
  {
    id: 'patience-ema',
    key: 'early_stop.patience',
    source: words('heuristic'),
    reason: words('An average over n checkpoints shows an improvement about n checkpoints late.'),
    find: ({ experiment }) => {
      const { enabled, ema, patience } = experiment.early_stop;
      const window = ema * experiment.validation.every;
      if (!enabled || ema < 2 || patience >= 2 * window) return undefined;
      return {
        severity: 'warning',
        message: words(
          'patience {0} is short for an average over {1} epochs: a run that still improves may be stopped',
          ...[patience, formatCount(window)],
        ),
        fix: { key: 'early_stop.patience', value: Math.ceil(2 * window) },
      };
    },
  },
  {
    id: 'patience-decay',
    key: 'early_stop.patience',
    source: words('simulated runs of thirteen kinds, docs/statistics.md'),
    reason: words(
      'The last gain comes while the LR falls: a run that rests before that is not done. Of 100 epochs, patience 10 cost 0.007 to 0.014 mAP in the mean, 20 and more 0.004 at most.',
    ),
    find: shortOfDecay,
  },
  {
    id: 'half-without-fp16',
    key: 'validation.half',
    source: words(
      'NVIDIA compute capability; ultralytics#280, #17812, #16290 (NaN on GTX 16xx and T-series)',
    ),
    reason: words('Cards below capability 7.0 and the GTX 16 series compute FP16 slowly or wrongly.'),
    find: ({ experiment, gpu }) => {
      if (experiment.validation.half !== 'on' || gpu === undefined || gpu.half) return undefined;
      return {
        severity: 'warning',
        message: words('{0} has no sound FP16: validation in half precision may give NaN', gpu.name),
        fix: { key: 'validation.half', value: 'auto' },
      };
    },
  },
  {
    id: 'last-batch',
    counted: true,
    key: 'batch',
    source: words('batch normalization, arXiv 1502.03167'),
    reason: words(
      'Batch norm takes its statistics from the batch: a last batch of a few images disturbs them each epoch.',
    ),
    find: ({ experiment, counts }) => {
      const rest = counts.images % experiment.batch;
      const few = rest > 0 && rest <= 2 && experiment.batch >= 8;
      // The builtin trainer fills the last batch.
      const isFilled = TRAINERS[experiment.trainer].isOwn;
      if (!few || isFilled || counts.images <= experiment.batch) return undefined;
      return {
        severity: 'info',
        message: words(
          'the last batch of each epoch has {0} of {1} images ({2})',
          ...[rest, experiment.batch, percent(rest / experiment.batch)],
        ),
      };
    },
  },
];

/** Share of the run that patience should have if the LR decays. */
const PATIENCE_SHARE = 0.3;

function shortOfDecay({ experiment, schedule }: AdviceContext): Finding | undefined {
  const { epochs } = experiment;
  const { enabled, patience, wait_for_decay } = experiment.early_stop;
  if (!enabled || patience >= PATIENCE_SHARE * epochs || !decays(schedule)) return undefined;
  return {
    severity: wait_for_decay ? 'info' : 'warning',
    message: words(
      'patience {0} is under {1} of {2} epochs while the LR decays: a run may be stopped before its last gain',
      ...[patience, percent(PATIENCE_SHARE), epochs],
    ),
    fix: { key: 'early_stop.patience', value: Math.ceil(PATIENCE_SHARE * epochs) },
  };
}

function decays(schedule: AdviceContext['schedule']): boolean {
  const main = mainGroup(schedule);
  const peak = targetAt(schedule, 0, main);
  return schedule.lrAt(schedule.steps - 1, main) <= 0.5 * peak;
}
