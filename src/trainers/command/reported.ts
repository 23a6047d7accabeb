import { parseJson, toJsonLine } from '../../base/json';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { type TrainerEvent, type TrainerEventOf, zTrainerEvent } from '../../run/events';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readTextSync } from '../../run/folder/read-file';

type ReportedStep = TrainerEventOf<'step'>;

/** What events.jsonl says so far and still holds. */
export type ReportedEvents = {
  readonly steps: readonly ReportedStep[];
  /** Epochs, plans and logs, as text without their times. */
  readonly others: ReadonlySet<string>;
  /** Epochs whose checkpoint was announced. */
  readonly checkpoints: ReadonlySet<number>;
};

export function readReported(file: string): ReportedEvents {
  const events = surviving(eventsOf(file));
  return {
    steps: events.filter((event): event is ReportedStep => event.type === 'step'),
    others: new Set(events.map(textOf)),
    checkpoints: new Set(events.flatMap((event) => (event.type === 'checkpoint' ? [event.epoch] : []))),
  };
}

/** A later attempt voids what was done before it from a step on, as in the reducer of a run. */
export function surviving(events: readonly TrainerEvent[]): TrainerEvent[] {
  let kept: TrainerEvent[] = [];
  let last = -1;
  for (const event of events) {
    if (event.type === 'hello') {
      if (event.fromStep <= last) kept = kept.filter((before) => !isVoid(before, event.fromStep));
      last = Math.min(last, event.fromStep - 1);
    } else kept.push(event);
    if (event.type === 'step') last = event.step;
  }
  return kept;
}

function isVoid(event: TrainerEvent, fromStep: number): boolean {
  if (event.type === 'step') return event.step >= fromStep;
  return (event.type === 'epoch' || event.type === 'checkpoint') && event.step > fromStep;
}

/**
 * Of the events that a fresh reading gives, those that were not reported. `fromStep` is the step at which the log
 * continues: the first step that differs from what was reported.
 */
export function unreported(
  reported: ReportedEvents,
  now: readonly TrainerEvent[],
): { readonly fromStep: number; readonly events: TrainerEvent[] } {
  const steps = now.filter((event): event is ReportedStep => event.type === 'step');
  const fromStep = firstNewStep(reported.steps, steps);
  const isNew = (event: TrainerEvent): boolean => {
    if (event.type === 'step') return event.step >= fromStep;
    const isVoided = event.type === 'epoch' && event.step > fromStep;
    return event.type === 'checkpoint' || isVoided || !reported.others.has(textOf(event));
  };
  return { fromStep, events: now.filter(isNew) };
}

function firstNewStep(before: readonly ReportedStep[], now: readonly ReportedStep[]): number {
  const same = now.findIndex((step, i) => before[i] === undefined || textOf(step) !== textOf(before[i]));
  const differs = same < 0 ? now.length : same;
  return (now[differs] ?? before[differs])?.step ?? (now.at(-1)?.step ?? -1) + 1;
}

/** Without times and places, which differ from reading to reading. */
function textOf(event: TrainerEvent): string {
  if (event.type === 'step') return toJsonLine([event.step, event.epoch, event.lr, event.loss]);
  if (event.type === 'epoch') return toJsonLine(['epoch', event.epoch, event.loss, event.metrics]);
  if (event.type === 'plan') return toJsonLine(['plan', event.epochs, event.stepsPerEpoch, event.totalSteps]);
  if (event.type === 'control') return toJsonLine(['control', event.id]);
  return event.type === 'log' ? toJsonLine(['log', event.message]) : '';
}

function eventsOf(file: string): TrainerEvent[] {
  const text = readIfThere(file);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.flatMap((line) => {
    const parsed = zTrainerEvent.safeParse(line === '' ? undefined : parseJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function readIfThere(file: string): string {
  try {
    return readTextSync(file, { most: MOST_BYTES.log });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new WordedError(words('cannot read {0}', file), { cause: error });
  }
}
