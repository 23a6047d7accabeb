import { formatCount, formatPercent, formatRate } from '../../domain/display/format';
import { mainGroup } from '../../domain/schedule/summary';

import type { ViewInput } from './input';
import type { TileView } from './types';

/** The numbers of a schedule before anything is paid for it. */
export function previewTiles({ planned, t }: ViewInput): TileView[] {
  if (!planned || planned.steps === 0) return [];
  const { steps, stepsPerEpoch, warmupSteps } = planned;
  const tile = (id: TileView['id'], label: string, value: string, note: string): TileView => ({
    id,
    label,
    value,
    notes: note === '' ? [] : [{ text: note, tone: 'quiet' }],
    spark: [],
  });
  const main = mainGroup(planned);
  const last = formatRate(planned.lrAt(steps - 1, main));
  const peak = formatRate(planned.lrAt(Math.min(warmupSteps, steps - 1), main));
  const share = t('{0} of the run', formatPercent(warmupSteps / steps, 1));
  return [
    tile('steps', t('Steps'), formatCount(steps), t('{0} per epoch', formatCount(stepsPerEpoch))),
    tile('warmup', t('Warm-up steps'), formatCount(warmupSteps), warmupSteps === 0 ? t('no warm-up') : share),
    tile('peak', t('LR after warm-up'), peak, ''),
    tile('final', t('LR of the last step'), last, ''),
  ];
}
