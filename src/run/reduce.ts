import { Column } from '../domain/run/columns';
import { bySeries, STEP_KEYS } from '../domain/run/step-series';
import { RunDraft } from './draft';
import type { TrainerEvent, TrainerEventOf } from './events';
import type { RunFile } from './files';
import type { KeeperEntry } from './keeper-entry';
import { lacksLabels } from './measured';
import { applyValidationEntry, emptyCheckpoint, isOutdated, markCheckpoint } from './reduce-validation';
import type { CheckpointState, RunEntry, RunState, StepColumns } from './state';

type KeeperEntryOf<T extends KeeperEntry['type']> = Extract<KeeperEntry, { type: T }>;

const ENTRIES: {
  readonly [K in KeeperEntry['type']]: (draft: RunDraft, entry: KeeperEntryOf<K>) => void;
} = {
  keeper: () => undefined,
  notified: () => undefined,
  // Has a list of its own.
  gpu: () => undefined,
  alert: (draft, alert) => draft.push('alerts', alert),
  answer: () => undefined,
  best: (draft, entry) => {
    const { epoch, path } = entry;
    const validation = draft.raw.validations.get(epoch);
    if (validation && lacksLabels(validation)) return;
    // A checkpoint has one mAP: that of its validation.
    const { map } = validation ?? entry;
    if (!isOutdated(draft.raw, entry)) draft.set({ best: { epoch, map, path } });
  },
  early_stop: () => undefined,
  rewind: () => undefined,
  cleanup: removeCheckpoint,
  pin: (draft, { epoch, pinned }) => markCheckpoint(draft, epoch, { pinned }),
};

export function createRunState(run?: RunFile): RunState {
  return {
    run,
    meta: {},
    status: undefined,
    hello: undefined,
    attempts: 0,
    plan: undefined,
    steps: createStepColumns(),
    epochs: [],
    checkpoints: new Map(),
    validations: new Map(),
    drawn: new Map(),
    best: undefined,
    lrChanges: [],
    controls: [],
    alerts: [],
    keeper: [],
    gpu: [],
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
    ...bySeries(() => new Column()),
  };
}

/**
 * Folds lines of a run folder into the state. Lines of one file come in file order, and those of validation.jsonl not
 * before the events they are about (RunReader ensures that); other files may interleave in any way. Linear in the
 * lines, whatever their kinds. A `step` is appended to the shared columns; everything else gives a new object.
 */
export function foldRun(state: RunState, entries: readonly RunEntry[]): RunState {
  const draft = new RunDraft(state);
  for (const entry of entries) foldEntry(draft, entry);
  return draft.state;
}

/** Folds one line; many are folded together by `foldRun`. */
export function reduceRun(state: RunState, entry: RunEntry): RunState {
  return foldRun(state, [entry]);
}

export function foldEntry(draft: RunDraft, entry: RunEntry): void {
  if (entry.source === 'events') applyEvent(draft, entry.value);
  else if (entry.source === 'keeper') applyKeeperEntry(draft, entry.value);
  else if (entry.source === 'validation') applyValidationEntry(draft, entry.value);
  else if (entry.source === 'meta') draft.set({ meta: entry.value });
  else draft.set({ status: entry.value });
}

const EVENTS: {
  readonly [K in TrainerEvent['type']]: (draft: RunDraft, event: TrainerEventOf<K>) => void;
} = {
  hello: startAttempt,
  plan: (draft, plan) => draft.set({ plan }),
  step: (draft, event) => {
    const { steps, hello } = draft.raw;
    const left = appendStep(steps, event, hello?.groups ?? []);
    if (left !== undefined) draft.leaveOut(left.what, left.most);
  },
  epoch: addEpoch,
  checkpoint: addCheckpoint,
  control: (draft, event) => {
    draft.control(event);
    if (event.applied) draft.push('lrChanges', event.applied);
  },
  log: (draft, event) => draft.log(event),
  end: (draft, end) => draft.set({ end }),
};

function applyEvent(draft: RunDraft, event: TrainerEvent): void {
  const apply = EVENTS[event.type] as (draft: RunDraft, event: TrainerEvent) => void;
  apply(draft, event);
}

/** Epochs ascend: one that is done again replaces itself and all after it. */
function addEpoch(draft: RunDraft, event: TrainerEventOf<'epoch'>): void {
  const epochs = draft.list('epochs');
  while ((epochs.at(-1)?.epoch ?? 0) >= event.epoch) epochs.pop();
  draft.push('epochs', event);
}

/**
 * Appends a row; a group or loss that first appears now is NaN in all rows before. A step that exists already is done
 * again (Ultralytics repeats an epoch after NaN or out of memory): its row and those after it no longer count. Returns
 * what was left out, if anything was.
 */
export function appendStep(
  steps: StepColumns,
  event: TrainerEventOf<'step'>,
  groups: readonly string[],
): { readonly what: string; readonly most: number } | undefined {
  if (isRepeated(steps.step, event.step)) truncateSteps(steps, event.step);
  const row = steps.step.length;
  if (row >= MOST_STEPS) return { what: 'steps', most: MOST_STEPS };
  steps.step.push(event.step);
  steps.epoch.push(event.epoch);
  steps.t.push(event.t);
  for (const key of STEP_KEYS) steps[key].push(event[key] ?? Number.NaN);
  event.lr.slice(0, MOST_SERIES).forEach((value, i) => {
    put(steps.lr, groups[i] ?? `group${i}`, row, value);
  });
  for (const name of Object.keys(event.loss)) put(steps.loss, name, row, event.loss[name]);
  padTo(steps.lr, row + 1);
  padTo(steps.loss, row + 1);
  return hasNewNames(steps.loss, event.loss) ? { what: 'loss names', most: MOST_SERIES } : undefined;
}

function isRepeated(column: Column, step: number): boolean {
  return column.length > 0 && step <= column.at(column.length - 1);
}

function hasNewNames(columns: ReadonlyMap<string, Column>, loss: Readonly<Record<string, number>>): boolean {
  return columns.size === MOST_SERIES && !Object.keys(loss).every((name) => columns.has(name));
}

/** 640 MB of columns; a run of COCO over 300 epochs has two million. */
const MOST_STEPS = 10_000_000;
/** Each is a column as long as the run; models have three to twenty. */
const MOST_SERIES = 64;

function padTo(columns: Map<string, Column>, length: number): void {
  for (const column of columns.values()) if (column.length < length) column.push(Number.NaN);
}

function put(columns: Map<string, Column>, name: string, row: number, value: number): void {
  let column = columns.get(name);
  if (!column) {
    if (columns.size >= MOST_SERIES) return;
    column = new Column();
    columns.set(name, column);
  }
  while (column.length < row) column.push(Number.NaN);
  column.push(value);
}

/** Each checks all checkpoints before it; a cluster that stops a run every hour makes 700 in a month. */
const MOST_ATTEMPTS = 1000;

/** A new attempt continues from a checkpoint: what earlier attempts did beyond it no longer counts. */
function startAttempt(draft: RunDraft, hello: TrainerEventOf<'hello'>): void {
  const { attempts, hello: before, steps } = draft.raw;
  if (attempts >= MOST_ATTEMPTS) {
    draft.leaveOut('attempts', MOST_ATTEMPTS);
    return;
  }
  draft.set({ hello, end: undefined, attempts: attempts + 1 });
  if (hello.fromStep === 0 && before === undefined) return;
  truncateSteps(steps, hello.fromStep);
  dropEpochs(draft, hello.fromStep);
  const dropped = dropKeys(draft.map('checkpoints'), (c) => c.step > hello.fromStep && c.t < hello.t);
  dropKeys(draft.map('validations'), (v) => v.step > hello.fromStep && v.t < hello.t);
  awaitSkipped(draft);
  const { best } = draft.raw;
  if (best && dropped.has(best.epoch)) draft.set({ best: undefined });
}

function dropEpochs(draft: RunDraft, fromStep: number): void {
  const { epochs } = draft.raw;
  if (epochs.some(({ step }) => step > fromStep))
    draft.set({ epochs: epochs.filter(({ step }) => step <= fromStep) });
}

function dropKeys<T>(map: Map<number, T>, isDropped: (value: T) => boolean): ReadonlySet<number> {
  const dropped = new Set<number>();
  for (const [key, value] of map) if (isDropped(value)) dropped.add(key);
  for (const key of dropped) map.delete(key);
  return dropped;
}

/** What the stop before skipped is validated after all; so is the newest, from which a run continues. */
function awaitSkipped(draft: RunDraft): void {
  const { checkpoints } = draft.raw;
  const newest = Math.max(...checkpoints.keys());
  draft.set({ resumedFrom: checkpoints.has(newest) ? newest : undefined });
  const skipped = [...checkpoints].filter(([, { state }]) => state === 'skipped');
  for (const [epoch, { isLeft, ...checkpoint }] of skipped)
    if (isLeft || epoch === newest) draft.put('checkpoints', epoch, { ...checkpoint, state: 'waiting' });
}

/** Steps ascend within the columns, so everything from `fromStep` on is one tail. */
function truncateSteps(steps: StepColumns, fromStep: number): void {
  let length = steps.step.length;
  while (length > 0 && steps.step.at(length - 1) >= fromStep) length--;
  const columns = [steps.step, steps.epoch, steps.t, ...STEP_KEYS.map((key) => steps[key])];
  for (const column of [...columns, ...steps.lr.values(), ...steps.loss.values()]) column.truncate(length);
}

/**
 * If nothing is validated, no checkpoint waits for it. For a run that is followed the keeper says what it does not
 * open, and why.
 */
function unlessOff(state: CheckpointState['state'], draft: RunDraft): CheckpointState['state'] {
  const { run } = draft.raw;
  const isOn = run?.follows !== undefined || (run?.experiment.resolved.validation?.enabled ?? true);
  return state === 'waiting' && !isOn ? 'skipped' : state;
}

/** Announced again after a resume, a checkpoint is new: older results are about its predecessor. */
function addCheckpoint(draft: RunDraft, event: TrainerEventOf<'checkpoint'>): void {
  const { checkpoints, validations } = draft.raw;
  const before = checkpoints.get(event.epoch) ?? emptyCheckpoint(event.epoch);
  const { path, epoch, step, bytes, t } = event;
  const validation = validations.get(epoch);
  const validated = validation !== undefined && validation.t >= t;
  const known = before.t === 0 || before.t === t ? before.state : 'waiting';
  draft.put('checkpoints', epoch, {
    ...before,
    path,
    step,
    bytes,
    t,
    state: validated ? 'validated' : unlessOff(known, draft),
    kept: !((draft.removedAt(epoch) ?? Number.NEGATIVE_INFINITY) >= t),
  });
  if (validation !== undefined && !validated) draft.map('validations').delete(epoch);
}

function applyKeeperEntry(draft: RunDraft, entry: KeeperEntry): void {
  const apply = ENTRIES[entry.type] as (draft: RunDraft, entry: KeeperEntry) => void;
  apply(draft, entry);
  draft.keeperLine(entry);
}

/** A checkpoint that was written again after the clean-up is another one and stays. */
function removeCheckpoint(draft: RunDraft, { epoch, t, reason }: KeeperEntryOf<'cleanup'>): void {
  const newer = (draft.raw.checkpoints.get(epoch)?.t ?? 0) > t;
  if (!newer) markCheckpoint(draft, epoch, { kept: false, removedReason: reason });
}
