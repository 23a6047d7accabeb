import { Column } from '../domain/run/columns';
import type { TrainerEvent, TrainerEventOf } from './events';
import type { RunFile } from './files';
import { applyKeeperEntry } from './reduce-keeper';
import { emptyCheckpoint, markCheckpoint, withoutKeys } from './reduce-shared';
import { applyValidationEntry } from './reduce-validation';
import type { CheckpointState, RunEntry, RunState, StepColumns } from './state';

/** Log lines kept in memory; stdout.log has them all. */
const MOST_LOGS = 2000;

export function createRunState(run?: RunFile): RunState {
  return {
    run,
    meta: {},
    status: undefined,
    hello: undefined,
    plan: undefined,
    steps: createStepColumns(),
    epochs: [],
    checkpoints: new Map(),
    validations: new Map(),
    best: undefined,
    lrChanges: [],
    controls: [],
    alerts: [],
    keeper: [],
    logs: [],
    end: undefined,
    problems: [],
  };
}

export function createStepColumns(): StepColumns {
  return {
    step: new Column(),
    epoch: new Column(),
    t: new Column(),
    lr: new Map(),
    loss: new Map(),
    ips: new Column(),
    grad: new Column(),
    gpuBytes: new Column(),
  };
}

/**
 * Folds one line of a run folder into the state. Lines of one file come in file order, and validation.jsonl not before the
 * events it speaks of (RunReader sees to that); other files may interleave in any way.
 * A `step` is appended to the shared columns and the state object stays the same; everything else gives a new object.
 */
export function reduceRun(state: RunState, entry: RunEntry): RunState {
  if (entry.source === 'events') return applyEvent(state, entry.value);
  if (entry.source === 'keeper') return applyKeeperEntry(state, entry.value);
  if (entry.source === 'validation') return applyValidationEntry(state, entry.value);
  if (entry.source === 'meta') return { ...state, meta: entry.value };
  return { ...state, status: entry.value };
}

export function withProblem(state: RunState, problem: string): RunState {
  return state.problems.length >= 100 ? state : { ...state, problems: [...state.problems, problem] };
}

const EVENTS: {
  readonly [K in TrainerEvent['type']]: (state: RunState, event: TrainerEventOf<K>) => RunState;
} = {
  hello: startAttempt,
  plan: (state, plan) => ({ ...state, plan }),
  step: (state, event) => {
    appendStep(state.steps, event, state.hello?.groups ?? []);
    return state;
  },
  epoch: (state, event) => ({
    ...state,
    epochs: [...state.epochs.filter((e) => e.epoch < event.epoch), event],
  }),
  checkpoint: addCheckpoint,
  control: (state, event) => ({
    ...state,
    controls: [...state.controls.filter((c) => c.id !== event.id), event],
    lrChanges: event.applied ? [...state.lrChanges, event.applied] : state.lrChanges,
  }),
  log: (state, event) => ({ ...state, logs: [...state.logs.slice(1 - MOST_LOGS), event] }),
  end: (state, end) => ({ ...state, end }),
};

function applyEvent(state: RunState, event: TrainerEvent): RunState {
  const apply = EVENTS[event.type] as (state: RunState, event: TrainerEvent) => RunState;
  return apply(state, event);
}

/**
 * Appends a row; a group or loss that first appears now is NaN in all rows before. A step that was there already is done
 * again (Ultralytics repeats an epoch after NaN or out of memory): what came of it and after it no longer counts.
 */
export function appendStep(
  steps: StepColumns,
  event: TrainerEventOf<'step'>,
  groups: readonly string[],
): void {
  if (steps.step.length > 0 && event.step <= steps.step.at(steps.step.length - 1))
    truncateSteps(steps, event.step);
  const row = steps.step.length;
  steps.step.push(event.step);
  steps.epoch.push(event.epoch);
  steps.t.push(event.t);
  steps.ips.push(event.ips ?? Number.NaN);
  steps.grad.push(event.grad ?? Number.NaN);
  steps.gpuBytes.push(event.gpuBytes ?? Number.NaN);
  event.lr.forEach((value, i) => {
    put(steps.lr, groups[i] ?? `group${i}`, row, value);
  });
  for (const name of Object.keys(event.loss)) put(steps.loss, name, row, event.loss[name]);
  padTo(steps.lr, row + 1);
  padTo(steps.loss, row + 1);
}

function padTo(columns: Map<string, Column>, length: number): void {
  for (const column of columns.values()) if (column.length < length) column.push(Number.NaN);
}

function put(columns: Map<string, Column>, name: string, row: number, value: number): void {
  let column = columns.get(name);
  if (!column) {
    column = new Column();
    columns.set(name, column);
  }
  while (column.length < row) column.push(Number.NaN);
  column.push(value);
}

/** A new attempt goes on from a checkpoint: what earlier attempts did beyond it no longer counts. */
function startAttempt(state: RunState, hello: TrainerEventOf<'hello'>): RunState {
  if (hello.fromStep === 0 && state.hello === undefined) return { ...state, hello, end: undefined };
  truncateSteps(state.steps, hello.fromStep);
  const dropped = [...state.checkpoints.values()].filter((c) => c.step > hello.fromStep && c.t < hello.t);
  const epochs = dropped.map((c) => c.epoch);
  const validations = withoutKeys(state.validations, (v) => v.step > hello.fromStep && v.t < hello.t);
  return {
    ...state,
    hello,
    end: undefined,
    epochs: state.epochs.filter((e) => e.step <= hello.fromStep),
    checkpoints: withoutKeys(state.checkpoints, (c) => epochs.includes(c.epoch)),
    validations,
    best: state.best && epochs.includes(state.best.epoch) ? undefined : state.best,
  };
}

/** Steps ascend within the columns, so everything from `fromStep` on is one tail. */
function truncateSteps(steps: StepColumns, fromStep: number): void {
  let length = steps.step.length;
  while (length > 0 && steps.step.at(length - 1) >= fromStep) length--;
  const columns = [steps.step, steps.epoch, steps.t, steps.ips, steps.grad, steps.gpuBytes];
  for (const column of [...columns, ...steps.lr.values(), ...steps.loss.values()]) column.truncate(length);
}

/** Announced again after a resume, a checkpoint is new: verdicts older than it are about its predecessor. */
function addCheckpoint(state: RunState, event: TrainerEventOf<'checkpoint'>): RunState {
  const before = state.checkpoints.get(event.epoch) ?? emptyCheckpoint(event.epoch);
  const { path, epoch, step, bytes, t } = event;
  const validation = state.validations.get(epoch);
  const validated = validation !== undefined && validation.t >= t;
  const known = before.t === 0 || before.t === t ? before.state : 'waiting';
  const checkpoint: CheckpointState = {
    ...before,
    path,
    step,
    bytes,
    t,
    state: validated ? 'validated' : known,
    kept: !wasRemovedAfter(state, epoch, t),
  };
  const next = markCheckpoint(state, epoch, checkpoint);
  if (validation === undefined || validated) return next;
  return { ...next, validations: withoutKeys(next.validations, (v) => v.epoch === epoch) };
}

function wasRemovedAfter(state: RunState, epoch: number, t: number): boolean {
  return state.keeper.some((e) => e.type === 'cleanup' && e.epoch === epoch && e.t >= t);
}
