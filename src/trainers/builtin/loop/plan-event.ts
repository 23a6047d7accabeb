import { inEnglish, type Words, words } from '../../../base/words';
import type { Experiment } from '../../../domain/experiment/types';
import type { EpochGrid } from '../../../domain/schedule/epoch-grid';
import type { Schedule } from '../../../domain/schedule/types';
import type { NewEvent } from './event-log';

export type Effective = {
  readonly images: number;
  readonly batch: number;
  readonly batchReason: Words;
  readonly workers: number;
  readonly device: string;
};

type Setting = { key: string; requested: unknown; effective: unknown; said?: Words };

/** The `plan` event, with what differs from the file. */
export function planEvent(
  experiment: Experiment,
  { schedule, grid }: { readonly schedule: Schedule; readonly grid: EpochGrid },
  effective: Effective,
): NewEvent {
  return {
    type: 'plan',
    epochs: experiment.epochs,
    stepsPerEpoch: schedule.stepsPerEpoch,
    totalSteps: schedule.steps,
    ...(grid.length > 1 && { stretches: [...grid] }),
    batch: effective.batch,
    images: effective.images,
    settings: settingsOf(experiment, effective).map(withReason),
  };
}

/** In English for programs, and as words for readers of another language. */
function withReason({ said, ...setting }: Setting) {
  if (said === undefined) return setting;
  return { ...setting, reason: inEnglish(said), said };
}

function settingsOf(experiment: Experiment, { batch, batchReason, workers, device }: Effective): Setting[] {
  const { schedule } = experiment;
  const all: Setting[] = [
    { key: 'batch', requested: experiment.batch, effective: batch, said: batchReason },
    { key: 'device', requested: experiment.device, effective: device },
    {
      key: 'workers',
      requested: experiment.workers,
      effective: workers,
      said: words('a core is left to the training step'),
    },
    {
      key: 'optimizer',
      requested: schedule.optimizer,
      effective: optimizerOf(schedule.optimizer),
      said: words('auto is SGD here'),
    },
    { key: 'nbs', requested: schedule.nbs, effective: null, said: words('one optimizer update per step') },
  ];
  return all.filter(({ requested, effective }) => requested !== effective);
}

export function optimizerOf(name: string): 'SGD' | 'AdamW' {
  return name === 'AdamW' ? 'AdamW' : 'SGD';
}
