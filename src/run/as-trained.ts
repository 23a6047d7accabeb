import type { AsTrained, ChangeInFlight } from '../domain/compare/as-trained';
import { textOf } from './settings-of';
import type { RunState } from './state';

/** Rows of a plan that say where and how a run was executed, not what was trained. */
const NOT_OF_TRAINING: ReadonlySet<string> = new Set(['device', 'workers', 'amp', 'save']);

export function asTrained({ plan }: Pick<RunState, 'plan'>): AsTrained {
  if (!plan) return { images: undefined, settings: undefined };
  // Without a value a key has no effect at all: so it is in all runs of this trainer.
  const rows = plan.settings.filter(
    ({ key, effective }) => !NOT_OF_TRAINING.has(key) && effective !== null && effective !== undefined,
  );
  const settings = rows.map(
    ({ key, requested, effective }) => [key, { asked: textOf(requested), used: textOf(effective) }] as const,
  );
  return { images: plan.images, settings: new Map(settings) };
}

/** By persons only: what the keeper does by itself, as to rewind a run that diverged, is of the recipe. */
export function changesInFlight({
  controls,
  keeper,
  plan,
  status,
}: Pick<RunState, 'controls' | 'keeper' | 'plan' | 'status'>): ChangeInFlight[] {
  const [, ...later] = plan?.stretches ?? [];
  return [
    ...keeper.flatMap(changeOfKeeper),
    ...controls.flatMap(changeOfTrainer),
    ...later.map(({ fromStep }) => ({ what: 'train set' as const, step: fromStep })),
    ...changeOfEnd(status),
  ];
}

/** Early stopping is of the recipe, and such a run is completed. */
function changeOfEnd(status: RunState['status']): ChangeInFlight[] {
  if (status?.state !== 'stopped') return [];
  const { epoch, epochs } = status.progress ?? { epoch: 0, epochs: 0 };
  return epoch < epochs ? [{ what: 'stop', epoch, epochs }] : [];
}

function changeOfKeeper(entry: RunState['keeper'][number]): ChangeInFlight[] {
  if (entry.type === 'rewind' && entry.by !== 'keeper') return [{ what: 'rewind', epoch: entry.epoch }];
  const isPatience = entry.type === 'answer' && entry.ok && entry.request.type === 'patience';
  return isPatience ? [{ what: 'patience' }] : [];
}

/** A rewind is in the keeper's lines. */
function changeOfTrainer({ ok, requested, applied, step }: RunState['controls'][number]): ChangeInFlight[] {
  if (!ok || requested?.type === 'rewind') return [];
  if (requested?.type === 'close_mosaic') return [{ what: 'mosaic', step }];
  return applied && applied.by !== 'keeper' ? [{ what: 'lr', step: applied.step }] : [];
}
