import type { Alarm } from '../domain/run/alarm';
import { createStepAlarms, totalLoss } from '../domain/run/alarms';
import type { JudgedEpoch, QueueReading, Reading, Room } from '../domain/run/monitors/rule';
import { createMonitors } from '../domain/run/monitors/rules';
import { onLatestValSet } from '../domain/run/val-set';
import type { Schedule } from '../domain/schedule/types';
import { plannedOfRun } from '../protocol/dashboard/planned';
import type { TrainerEvent, TrainerEventOf } from '../run/events';
import { lacksLabels } from '../run/measured';
import type { CheckpointState, RunState } from '../run/state';

type Planned = Pick<Schedule, 'groups' | 'lrAt'>;

/** Checkpoints that wait for their validation, at `epoch`. */
export type Waiting = Pick<QueueReading, 'behind' | 'epoch' | 'waitedMs'>;

/** Every monitor of one run: takes what is new and returns the alarms that it raises. Does no I/O, so recorded runs replay here. */
export class RunWatch {
  readonly #state: () => RunState;
  readonly #steps = createStepAlarms();
  readonly #monitors = createMonitors();
  /** null: there is no schedule; undefined: to be computed, as after any event that may have changed it. */
  #planned: Planned | null | undefined;

  /** `state`: with everything folded in that is passed to the methods. */
  constructor(state: () => RunState) {
    this.#state = state;
  }

  event(event: TrainerEvent): Alarm[] {
    if (event.type === 'step') return this.#step(event);
    this.#planned = undefined;
    if (event.type === 'plan') this.#steps.warmup(this.#warmupEpochs * event.stepsPerEpoch);
    if (event.type === 'epoch') return this.#monitors(epochReading(event));
    if (event.type !== 'hello') return [];
    this.#steps.restart();
    return this.#monitors({ kind: 'attempt' });
  }

  /** A validation, or the comparison of one, was recorded. */
  validated(): Alarm[] {
    return this.#monitors({ kind: 'validated', history: historyOf(this.#state()) });
  }

  machine(rooms: { readonly disk?: Room | undefined; readonly memory?: Room | undefined }): Alarm[] {
    const sizes = [...this.#state().checkpoints.values()].map(({ bytes }) => bytes);
    const checkpointBytes = sizes.length === 0 ? undefined : Math.max(...sizes);
    return this.#monitors({ kind: 'machine', ...rooms, checkpointBytes });
  }

  queue({ behind, epoch, waitedMs }: Waiting): Alarm[] {
    const validated = this.#state().validations.size;
    return this.#monitors({ kind: 'queue', behind, epoch, validated, waitedMs });
  }

  #step(event: TrainerEventOf<'step'>): Alarm[] {
    return [...this.#steps.onStep(event), ...this.#monitors(this.#stepReading(event))];
  }

  #stepReading({ type: kind, ...event }: TrainerEventOf<'step'>): Reading {
    const { groups = [], deviceBytes } = this.#state().hello ?? {};
    if (this.#planned === undefined) this.#planned = plannedOfRun(this.#state()) ?? null;
    const planned = this.#planned && plannedAt(this.#planned, groups, event.step);
    return { ...event, kind, groups, deviceBytes, ...(planned && { planned }) };
  }

  get #warmupEpochs(): number {
    return this.#state().run?.experiment.resolved.schedule.warmup_epochs ?? 0;
  }
}

function plannedAt({ groups: known, lrAt }: Planned, groups: readonly string[], step: number): number[] {
  return groups.map((group) => {
    const index = known.indexOf(group);
    return index < 0 ? Number.NaN : lrAt(step, index);
  });
}

const VAL_LOSS = /^val\/.*loss/;

function epochReading({ epoch, loss, metrics = {} }: TrainerEventOf<'epoch'>): Reading {
  const parts = Object.entries(metrics).filter(([name]) => VAL_LOSS.test(name));
  const valLoss = parts.reduce((sum, [, value]) => sum + value, 0);
  return { kind: 'epoch', epoch, loss: totalLoss(loss), ...(parts.length > 0 && { valLoss }) };
}

/** The validated epochs that were judged on the latest val set, with the training loss of each. */
export function historyOf({ epochs, validations }: RunState): JudgedEpoch[] {
  const losses = new Map(epochs.map((e) => [e.epoch, totalLoss(e.loss)]));
  const measured = [...validations.values()].filter((one) => !lacksLabels(one));
  return onLatestValSet(measured).map((validation) => {
    const { epoch, map, map50, precision, recall, fitness, task, versusBest } = validation;
    const loss = losses.get(epoch);
    return {
      ...{ epoch, map, map50, precision, recall },
      ...(versusBest && { versusBest }),
      ...(loss === undefined ? {} : { loss }),
      ...(fitness === undefined ? {} : { fitness }),
      ...(task === undefined ? {} : { task }),
    };
  });
}

/** Checkpoints to be validated that are newer than `at`, the one being validated or the last one validated. */
/** How long the oldest of the checkpoints that wait has waited. Their times are the trainer's. */
export const waitedSince = (waiting: readonly Pick<CheckpointState, 't'>[], now: number): number =>
  waiting.length === 0 ? 0 : now - waiting[0].t;

export function dueAfter({ checkpoints }: RunState, at: number, every: number): CheckpointState[] {
  return [...checkpoints.values()].filter(({ epoch }) => epoch > at && epoch % every === 0);
}
