import { isMediumOrLarger } from './facts';
import { count, percent } from './numbers';
import type { AdviceContext, Rule } from './types';

const SMALL_SET = 5000;
/** Fewer validation images than this, and mAP jumps by points from one checkpoint to the next. */
const NOISY_SET = 500;

const isSmallForModel = (context: AdviceContext): boolean =>
  context.counts.images < SMALL_SET && isMediumOrLarger(context);

export const DATA_RULES: readonly Rule[] = [
  {
    id: 'small-set-warmup',
    key: 'warmup_epochs',
    source: 'heuristic for small industrial sets',
    reason:
      'With few images an epoch has few steps, and a large model needs a longer, slower start: 8 to 10 epochs.',
    find: (context) => {
      const asked = context.experiment.schedule.warmup_epochs;
      if (!isSmallForModel(context) || asked >= 8 || context.experiment.epochs < 50) return undefined;
      return {
        severity: 'info',
        message: `${count(context.counts.images)} images are few for ${context.experiment.model}: 8 to 10 warm-up epochs suit it better than ${asked}`,
        fix: { key: 'warmup_epochs', value: 8 },
      };
    },
  },
  {
    id: 'small-set-augment',
    key: 'mosaic',
    source: 'heuristic; YOLOv4 (arXiv 2004.10934) for mosaic, arXiv 1710.09412 for mixup',
    reason:
      'A large model learns a small set by heart: joined, blended and covered images, and soft labels, hold it back.',
    find: (context) => {
      const { mosaic, mixup, cutout } = context.experiment.augment;
      if (!isSmallForModel(context) || (mosaic > 0 && mixup + cutout > 0)) return undefined;
      const fix = mosaic > 0 ? { key: 'mixup', value: 0.1 } : { key: 'mosaic', value: 1 };
      return {
        severity: 'info',
        message: `${count(context.counts.images)} images are few for ${context.experiment.model}: ${fix.key} ${fix.value} helps it not to learn them by heart`,
        fix,
      };
    },
  },
  {
    id: 'small-set-smoothing',
    key: 'label_smoothing',
    source: 'Szegedy et al. 2016, arXiv 1512.00567',
    reason:
      'Small defect sets have wrong and doubtful labels; a soft target keeps the model from trusting them fully.',
    find: ({ experiment, counts }) => {
      const applies = experiment.trainer === 'builtin' && experiment.loss.label_smoothing === 0;
      if (!applies || counts.images >= 300 || counts.classes < 2) return undefined;
      return {
        severity: 'info',
        message: `${count(counts.images)} images in ${counts.classes} classes: label_smoothing 0.05 often helps so small a set`,
        fix: { key: 'label_smoothing', value: 0.05 },
      };
    },
  },
  {
    id: 'mosaic-never',
    key: 'close_mosaic',
    source: "Ultralytics' close_mosaic",
    reason: 'Mosaic is closed for the last close_mosaic epochs: in a run that short it is never open.',
    find: ({ experiment }) => {
      const { mosaic, close_mosaic } = experiment.augment;
      if (mosaic === 0 || close_mosaic < experiment.epochs) return undefined;
      const value = Math.floor(experiment.epochs / 5);
      return {
        severity: 'info',
        message: `close_mosaic ${close_mosaic} covers all ${experiment.epochs} epochs: mosaic is never used`,
        fix: { key: 'close_mosaic', value },
      };
    },
  },
  {
    id: 'noisy-metric',
    key: 'early_stop.ema',
    source: 'heuristic',
    reason:
      'The mAP of one checkpoint on few images is noise as much as progress: several in a row make a verdict.',
    find: ({ experiment, counts }) => {
      const { enabled, ema } = experiment.early_stop;
      const images = counts.valImages;
      if (!enabled || ema >= 3 || (images !== undefined && images >= NOISY_SET)) return undefined;
      const set = images === undefined ? '' : ` on ${count(images)} validation images`;
      return {
        severity: 'info',
        message: `early stopping judges single checkpoints${set}; an average over 5 is steadier`,
        fix: { key: 'early_stop.ema', value: 5 },
      };
    },
  },
  {
    id: 'patience-ema',
    key: 'early_stop.patience',
    source: 'heuristic',
    reason: 'An average over n checkpoints shows an improvement about n checkpoints late.',
    find: ({ experiment }) => {
      const { enabled, ema, patience } = experiment.early_stop;
      const window = ema * experiment.validation.every;
      if (!enabled || ema < 2 || patience >= 2 * window) return undefined;
      return {
        severity: 'warning',
        message: `patience ${patience} is short for an average over ${count(window)} epochs: a run that still improves may be stopped`,
        fix: { key: 'early_stop.patience', value: Math.ceil(2 * window) },
      };
    },
  },
  {
    id: 'half-without-fp16',
    key: 'validation.half',
    source: 'NVIDIA compute capability; ultralytics#280, #17812, #16290 (NaN on GTX 16xx and T-series)',
    reason: 'Cards below capability 7.0 and the GTX 16 series compute FP16 slowly or wrongly.',
    find: ({ experiment, gpu }) => {
      if (experiment.validation.half !== 'on' || gpu === undefined || gpu.half) return undefined;
      return {
        severity: 'warning',
        message: `${gpu.name} has no sound FP16: validation in half precision may give NaN`,
        fix: { key: 'validation.half', value: 'auto' },
      };
    },
  },
  {
    id: 'last-batch',
    key: 'batch',
    source: 'batch normalization, arXiv 1502.03167',
    reason:
      'Batch norm takes its statistics from the batch: a last batch of a few images shakes them each epoch.',
    find: ({ experiment, counts }) => {
      const rest = counts.images % experiment.batch;
      const few = rest > 0 && rest <= 2 && experiment.batch >= 8;
      if (!few || counts.images <= experiment.batch) return undefined;
      return {
        severity: 'info',
        message: `the last batch of each epoch has ${rest} of ${experiment.batch} images (${percent(rest / experiment.batch)})`,
      };
    },
  },
];
