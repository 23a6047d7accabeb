import { headlineTexts } from '../../domain/schedule/headlines';
import type { ViewInput } from './input';
import type { TileView } from './types';

/** The numbers of a schedule before the run is started. */
export function previewTiles({ planned, t }: ViewInput): TileView[] {
  if (!planned || planned.steps === 0) return [];
  const texts = headlineTexts(planned);
  const tile = (id: TileView['id'], label: string, value: string, note: string): TileView => ({
    id,
    label,
    value,
    notes: note === '' ? [] : [{ text: note, tone: 'quiet' }],
    spark: [],
  });
  const share = texts.warmupShare === undefined ? '' : t('{0} of the run', texts.warmupShare);
  const warmup = planned.warmupSteps === 0 ? t('no warm-up') : share;
  return [
    tile('steps', t('Steps'), texts.steps, t('{0} per epoch', texts.stepsPerEpoch)),
    tile('warmup', t('Warm-up steps'), texts.warmupSteps, warmup),
    tile('peak', t('Highest LR'), texts.highestLr, t('at step {0}', texts.highestLrStep)),
    tile('final', t('LR of the last step'), texts.lastLr, ''),
  ];
}
