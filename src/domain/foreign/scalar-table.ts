import { lowerBound } from '../display/thin';
import type { ForeignRecord } from './record';
import type { ScalarPoint } from './tfevents';

type StepRow = {
  readonly step: number;
  time: number;
  epoch: number | undefined;
  readonly loss: Record<string, number>;
  readonly lr: Record<string, number>;
};

/** Scalars of one folder below the one that is read; '' is the folder itself. */
export type FolderPoints = { readonly folder: string; readonly points: readonly ScalarPoint[] };

/**
 * Scalars of many event files, put together by step: writers flush irregularly, so a step's values come one by one and
 * in any order. Metrics are reported as they come, since a validation may be logged under its epoch.
 */
export class ScalarTable {
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #rows = new Map<number, StepRow>();
  /** Ascending. */
  readonly #steps: number[] = [];
  readonly #lastOfSeries = new Map<string, number>();
  readonly #owners = new Map<string, string>();
  #metrics: ForeignRecord[] = [];
  /** First step whose values have changed since they were reported. */
  #changedFrom = Number.POSITIVE_INFINITY;
  #wentBack = false;
  #epochBase: number | undefined;

  /** `wanted` renames tags (ours -> the file's). */
  constructor(wanted: Readonly<Record<string, string>>) {
    this.#wanted = new Map(Object.entries(wanted).map(([ours, tag]) => [tag, ours]));
  }

  add({ folder, points }: FolderPoints): void {
    let before: ScalarPoint | undefined;
    let metrics: Record<string, number> = {};
    const flush = (): void => {
      if (before && Object.keys(metrics).length > 0) this.#emitMetrics(before, metrics);
      metrics = {};
    };
    for (const point of points) {
      if (point.step !== before?.step) flush();
      before = point;
      const kind = this.#kindOf(folder, point.tag);
      if (kind?.kind === 'metric') metrics[kind.name] = point.value;
      else if (kind) this.#put(folder, kind, point);
    }
    flush();
  }

  /** What changed since the last call; the newest step may still grow and is held back unless `all` is set. */
  take(all: boolean): ForeignRecord[] {
    const metrics = this.#metrics;
    this.#metrics = [];
    const first = lowerBound(this.#steps, this.#changedFrom);
    const end = this.#steps.length - (all ? 0 : 1);
    if (first >= end) return metrics;
    const steps = this.#steps.slice(first, end).flatMap((step) => this.#recordsOf(step));
    const revise: ForeignRecord[] = this.#wentBack ? [] : [{ kind: 'revise', fromStep: this.#steps[first] }];
    this.#wentBack = false;
    this.#changedFrom = this.#steps[end] ?? Number.POSITIVE_INFINITY;
    return [...revise, ...steps, ...metrics];
  }

  #kindOf(folder: string, tag: string): TagKind | undefined {
    const ours = this.#wanted.get(tag);
    if (ours !== undefined) return classifyTag(ours) ?? { kind: 'loss', name: ours };
    const name = scalarsName(folder, tag);
    const kind = classifyTag(folder === '' ? tag : `${folder}/${tag}`);
    return kind && name !== undefined ? { ...kind, name } : kind;
  }

  #put(folder: string, { kind, name }: TagKind, point: ScalarPoint): void {
    const series = this.#seriesOf(folder, `${kind}/${name}`);
    const own = series.slice(kind.length + 1);
    const { step } = point;
    // The same series at an earlier step: the trainer went back to a checkpoint, and what came after it is void.
    if (step < (this.#lastOfSeries.get(series) ?? -1)) this.#dropFrom(step);
    this.#lastOfSeries.set(series, step);
    const row = this.#rowAt(step);
    row.time = point.wallTime * 1000;
    if (kind === 'epoch') row.epoch = this.#epochOf(point.value);
    else if (kind !== 'metric') row[kind][own] = point.value;
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
    const row: StepRow = { step, time: 0, epoch: undefined, loss: {}, lr: {} };
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

  /** A validation is logged under the step or the epoch it belongs to; the file does not say which. */
  #emitMetrics({ step, wallTime }: ScalarPoint, metrics: Readonly<Record<string, number>>): void {
    const epoch = this.#rows.get(step)?.epoch ?? Math.max(1, step);
    this.#metrics.push({ kind: 'epoch', epoch, loss: {}, metrics, time: wallTime * 1000 });
  }
}

/** `add_scalars('loss', {box: ..})` of PyTorch writes the tag `loss` into a folder `loss_box`. */
function scalarsName(folder: string, tag: string): string | undefined {
  const last = folder.slice(folder.lastIndexOf('/') + 1);
  const head = `${tag.replaceAll('/', '_')}_`;
  return last.startsWith(head) ? last.slice(head.length) : undefined;
}

type TagKind = { readonly kind: 'loss' | 'lr' | 'metric' | 'epoch'; readonly name: string };

const METRICS: readonly (readonly [RegExp, string])[] = [
  [/map[_@]?0?\.?50?[-:](0?\.)?95/i, 'map'],
  [/map[_@]?(0\.5|50)/i, 'map50'],
  [/precision/i, 'precision'],
  [/recall/i, 'recall'],
];

/** The meaning of a scalar's tag, by the names that trainers use; undefined for any other. */
export function classifyTag(tag: string): TagKind | undefined {
  const last = tag.slice(tag.lastIndexOf('/') + 1);
  const metric = METRICS.find(([pattern]) => pattern.test(last));
  if (metric) return { kind: 'metric', name: metric[1] };
  if (/^epoch$/i.test(last)) return { kind: 'epoch', name: 'epoch' };
  if (/(^|\/)(lr|learning[_ ]rate)/i.test(tag)) return { kind: 'lr', name: last };
  if (!/loss/i.test(tag)) return undefined;
  const part = last.replace(/_?loss$/i, '');
  const name = part === '' || part === 'train' ? 'total' : part;
  return { kind: 'loss', name: /^val(id(ation)?)?[/_]/i.test(tag) ? `val_${name}` : name };
}
