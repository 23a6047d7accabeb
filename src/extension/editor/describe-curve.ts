import type { Translate } from '../../base/translate';
import { formatCount, formatPercent, formatRate } from '../../domain/display/format';
import { summarize } from '../../domain/schedule/summary';
import type { Schedule } from '../../domain/schedule/types';

/** What the picture of a library's scheduler shows, for those who cannot see it. */
export function describeCurve(schedule: Schedule, t: Translate): string {
  const { steps, warmupSteps } = schedule;
  const { start, peak, final, brokenAt } = summarize(schedule);
  const warmup =
    warmupSteps === 0
      ? t('No warm-up.')
      : t(
          'Warm-up {0} steps, {1} of the run.',
          formatCount(warmupSteps),
          formatPercent(warmupSteps / steps, 1),
        );
  const rates = t(
    'LR {0} at first, {1} at its peak (step {2}), {3} at the end of {4} steps.',
    formatRate(start),
    formatRate(peak.lr),
    formatCount(peak.step),
    formatRate(final),
    formatCount(steps),
  );
  const broken =
    brokenAt === undefined ? '' : ` ${t('The LR is no finite number at step {0}.', formatCount(brokenAt))}`;
  return `${warmup} ${rates}${broken}`;
}
