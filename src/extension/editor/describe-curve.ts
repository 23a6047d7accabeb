import type { Translate } from '../../base/translate';
import { formatCount } from '../../domain/display/format';
import { type HeadlineTexts, headlineTexts } from '../../domain/schedule/headlines';
import { summarize } from '../../domain/schedule/summary';
import type { Schedule } from '../../domain/schedule/types';

/** What the picture of a library's scheduler shows, for those who cannot see it. */
export function describeCurve(schedule: Schedule, t: Translate): string {
  const texts = headlineTexts(schedule);
  const { brokenAt } = summarize(schedule);
  const rates = t(
    'LR {0} at first, {1} at its highest (step {2}), {3} at the end of {4} steps.',
    ...[texts.firstLr, texts.highestLr, texts.highestLrStep, texts.lastLr, texts.steps],
  );
  const broken =
    brokenAt === undefined
      ? ''
      : ` ${t('The LR is not a finite number at step {0}.', formatCount(brokenAt))}`;
  return `${describeWarmup(schedule, texts, t)} ${rates}${broken}`;
}

/** What the picture of a config's plan shows, and what it depends on. */
export function describePlan(
  schedule: Schedule,
  { images, version }: { readonly images: string; readonly version: string | undefined },
  t: Translate,
): string {
  const texts = headlineTexts(schedule);
  const rates = t(
    'LR {0} at its highest (step {1}), {2} at the end.',
    ...[texts.highestLr, texts.highestLrStep, texts.lastLr],
  );
  const size = t(
    '{0} images make {1} steps per epoch, {2} in all.',
    ...[images, texts.stepsPerEpoch, texts.steps],
  );
  const rule = version === undefined ? '' : ` ${t('By the rule of Ultralytics {0}.', version)}`;
  return `${describeWarmup(schedule, texts, t)} ${rates} ${size}${rule}`;
}

function describeWarmup(
  { warmupSteps }: Schedule,
  { warmupSteps: count, warmupShare }: HeadlineTexts,
  t: Translate,
): string {
  if (warmupSteps === 0) return t('No warm-up.');
  if (warmupShare === undefined) return t('Warm-up {0} steps.', count);
  return t('Warm-up {0} steps, {1} of the run.', count, warmupShare);
}
