import { lowerBound } from '../display/thin';
import { classifyTag, type TagKind } from './classify-tag';
import type { ForeignRecord } from './record';
import type { ScalarPoint } from './tfevents';

/** Numbers of one step that were logged together, by tag. */
export type ScalarRow = {
  readonly step: number;
  /** Counted from 1, if the format says it. */
  readonly epoch?: number;
  /** Unix ms. */
  readonly time?: number;
  readonly values: Readonly<Record<string, number>>;
};

type StepRow = {
  readonly step: number;
  time: number | undefined;
  epoch: number | undefined;
  readonly loss: Record<string, number>;
  readonly lr: Record<string, number>;
};

/** What was logged for an epoch so far. A trainer logs the parts of a validation one by one. */
type EpochNumbers = { readonly loss: Record<string, number>; readonly metrics: Record<string, number> };

type PendingEpoch = {
  readonly record: Extract<ForeignRecord, { kind: 'epoch' }>;
  /** The newest step when it was logged: it is reported after that one. */
  readonly after: number;
};

/** Scalars of one folder below the one that is read; '' is the folder itself. */
export type FolderPoints = { readonly folder: string; readonly points: readonly ScalarPoint[] };

/**
 * Scalars of a log, or of many event files, put together by step: writers flush irregularly, so a step's values come one
 * by one and in any order. Metrics are reported as they come, since a validation may be logged under its epoch.
 */
export class ScalarTable {
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #rows = new Map<number, StepRow>();
  /** Ascending. */
  readonly #steps: number[] = [];
  readonly #lastOfSeries = new Map<string, number>();
  readonly #owners = new Map<string, string>();
  readonly #epochs = new Map<number, EpochNumbers>();
  #pending: PendingEpoch[] = [];
  /** First step whose values have changed since they were reported. */
  #changedFrom = Number.POSITIVE_INFINITY;
  #wentBack: boolean;
  #epochBase: number | undefined;

  /** `wanted` renames tags (ours -> the file's). `replaces`: what was reported before is of another run. */
  constructor(wanted: Readonly<Record<string, string>>, replaces = false) {
    this.#wanted = new Map(Object.entries(wanted).map(([ours, tag]) => [tag, ours]));
    this.#wentBack = replaces;
  }

  add({ folder, points }: FolderPoints): void {
    for (let from = 0, to = 0; from < points.length; from = to) {
      const { step } = points[from];
      while (to < points.length && points[to].step === step) to++;
      const together = points.slice(from, to);
      const values = Object.fromEntries(together.map(({ tag, value }) => [tag, value]));
      this.addRow({ step, time: points[to - 1].wallTime * 1000, values }, folder);
    }
  }

  addRow(row: ScalarRow, folder = ''): void {
    const found: EpochNumbers = { loss: {}, metrics: {} };
    for (const [tag, value] of Object.entries(row.values)) {
      const kind = this.#kindOf(folder, tag);
      if (kind) this.#sort(kind, { folder, row, value, found });
    }
    if (row.epoch !== undefined && this.#rows.has(row.step)) this.#setEpoch(row, row.epoch);
    if (Object.keys({ ...found.loss, ...found.metrics }).length > 0) this.#addToEpoch(row, found);
  }

  #sort({ kind, name }: TagKind, { folder, row, value, found }: SortedValue): void {
    if (kind === 'metric') found.metrics[name] = value;
    else if (kind === 'epochLoss') found.loss[name] = value;
    else if (kind === 'epoch') this.#setEpoch(row, this.#epochOf(value));
    else this.#put(folder, { kind, name }, { row, value });
  }

  /** What changed since the last call; the newest step may still grow and is held back unless `all` is set. */
  take(all: boolean): ForeignRecord[] {
    const held = all ? undefined : this.#steps.at(-1);
    const isDue = ({ after }: PendingEpoch): boolean => held === undefined || after < held;
    const epochs = this.#pending.filter(isDue).map(({ record }) => record);
    this.#pending = this.#pending.filter((one) => !isDue(one));
    const first = lowerBound(this.#steps, this.#changedFrom);
    const end = this.#steps.length - (all ? 0 : 1);
    if (first >= end) return epochs;
    const steps = this.#steps.slice(first, end).flatMap((step) => this.#recordsOf(step));
    const revise: ForeignRecord[] = this.#wentBack ? [] : [{ kind: 'revise', fromStep: this.#steps[first] }];
    this.#wentBack = false;
    this.#changedFrom = this.#steps[end] ?? Number.POSITIVE_INFINITY;
    return [...revise, ...steps, ...epochs];
  }

  #kindOf(folder: string, tag: string): TagKind | undefined {
    const ours = this.#wanted.get(tag);
    if (ours !== undefined) return classifyTag(ours) ?? { kind: 'loss', name: ours };
    const name = scalarsName(folder, tag);
    const kind = classifyTag(folder === '' ? tag : `${folder}/${tag}`);
    return kind && name !== undefined ? { ...kind, name } : kind;
  }

  #put(folder: string, { kind, name }: StepTag, { row: { step, time }, value }: PutValue): void {
    const series = this.#seriesOf(folder, `${kind}/${name}`);
    const own = series.slice(kind.length + 1);
    // The same series at an earlier step: the trainer went back to a checkpoint, and what came after it is void.
    if (step < (this.#lastOfSeries.get(series) ?? -1)) this.#dropFrom(step);
    this.#lastOfSeries.set(series, step);
    const row = this.#rowAt(step);
    row.time = time;
    row[kind][own] = value;
    this.#changedFrom = Math.min(this.#changedFrom, step);
  }

  #setEpoch({ step, time }: ScalarRow, epoch: number): void {
    const row = this.#rowAt(step);
    if (row.epoch === epoch) return;
    row.epoch = epoch;
    row.time ??= time;
    this.#changedFrom = Math.min(this.#changedFrom, step);
  }

  /** Two folders may use one name: the second one's series is prefixed with its folder. */
  #seriesOf(folder: string, key: string): string {
    const owner = this.#owners.get(key) ?? folder;
    this.#owners.set(key, owner);
    if (owner === folder) return key;
    const [kind, ...name] = key.split('/');
    return `${kind}/${folder}/${name.join('/')}`;
  }

  /** PyTorch Lightning logs its epoch, from 0; the first one shows the base. */
  #epochOf(value: number): number {
    this.#epochBase ??= value === 0 ? 1 : 0;
    return Math.max(1, Math.round(value) + this.#epochBase);
  }

  #rowAt(step: number): StepRow {
    const known = this.#rows.get(step);
    if (known) return known;
    const row: StepRow = { step, time: undefined, epoch: undefined, loss: {}, lr: {} };
    this.#rows.set(step, row);
    this.#steps.splice(lowerBound(this.#steps, step), 0, step);
    return row;
  }

  #dropFrom(step: number): void {
    for (const gone of this.#steps.splice(lowerBound(this.#steps, step))) this.#rows.delete(gone);
    for (const [series, last] of this.#lastOfSeries) this.#lastOfSeries.set(series, Math.min(last, step - 1));
    this.#wentBack = true;
    this.#changedFrom = Math.min(this.#changedFrom, step);
  }

  #recordsOf(step: number): ForeignRecord[] {
    const { epoch, loss, lr, time } = this.#rows.get(step) ?? this.#rowAt(step);
    if (Object.keys(loss).length + Object.keys(lr).length === 0) return [];
    return [{ kind: 'step', step, epoch, loss: { ...loss }, lr: { ...lr }, time }];
  }

  /** A validation is logged under the step or the epoch it belongs to; not every file says which. */
  #addToEpoch({ step, time, epoch: given }: ScalarRow, found: EpochNumbers): void {
    const epoch = given ?? this.#rows.get(step)?.epoch ?? Math.max(1, step);
    const { loss, metrics } = this.#epochs.get(epoch) ?? { loss: {}, metrics: {} };
    const now = { loss: { ...loss, ...found.loss }, metrics: { ...metrics, ...found.metrics } };
    this.#epochs.set(epoch, now);
    const others = this.#pending.filter(({ record }) => record.epoch !== epoch);
    const record = { kind: 'epoch' as const, epoch, ...now, ...(time !== undefined && { time }) };
    this.#pending = [...others, { record, after: this.#steps.at(-1) ?? -1 }];
  }
}

type StepTag = { readonly kind: 'loss' | 'lr'; readonly name: string };
type PutValue = { readonly row: ScalarRow; readonly value: number };
type SortedValue = PutValue & { readonly folder: string; readonly found: EpochNumbers };

/** `add_scalars('loss', {box: ..})` of PyTorch writes the tag `loss` into a folder `loss_box`. */
function scalarsName(folder: string, tag: string): string | undefined {
  const last = folder.slice(folder.lastIndexOf('/') + 1);
  const head = `${tag.replaceAll('/', '_')}_`;
  return last.startsWith(head) ? last.slice(head.length) : undefined;
}
