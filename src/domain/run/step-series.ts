import { type Words, words } from '../../base/words';

/**
 * The numbers of a training step beside its losses and LRs. An entry is all that a series needs: the event's check, the
 * columns, the cache, the export and the chart of the training speed follow from it.
 */
type SeriesEntry = {
  /** Its name in a `step` event. */
  readonly key: string;
  readonly doc: string;
  /** Its name in TensorBoard and as a column of the CSV. */
  readonly tag: string;
  /** The CSV has its column even if the trainer never wrote a value. */
  readonly isAlwaysExported?: true;
  /** A line of the speed chart, hidden at first; its words are in media/l10n. Without it no chart shows the series. */
  readonly line?: { readonly label: Words; readonly colour: 'purple' | 'green' | 'red' | 'grey' };
};

export const STEP_SERIES = [
  { key: 'ips', doc: 'Images per second.', tag: 'speed/images_per_second', isAlwaysExported: true },
  {
    key: 'grad',
    doc: 'Norm of the gradient before clipping.',
    tag: 'gradient/norm',
    isAlwaysExported: true,
    line: { label: words('gradient norm'), colour: 'purple' },
  },
  { key: 'gpuBytes', doc: 'Memory of the GPU that the trainer has reserved.', tag: 'gpu/bytes' },
  { key: 'wait', doc: 'Seconds in which the trainer waited for its batch.', tag: 'speed/wait_seconds' },
] as const satisfies readonly SeriesEntry[];

export type StepSeriesKey = (typeof STEP_SERIES)[number]['key'];

export const STEP_KEYS: readonly StepSeriesKey[] = STEP_SERIES.map(({ key }) => key);

/** The entries with what an entry may lack. */
export const seriesEntries = (): readonly (SeriesEntry & { readonly key: StepSeriesKey })[] => STEP_SERIES;

/** A value for each series. */
export function bySeries<T>(make: (key: StepSeriesKey) => T): Record<StepSeriesKey, T> {
  // An object made of a whole table has all of its keys; TypeScript does not see through fromEntries.
  return Object.fromEntries(STEP_KEYS.map((key) => [key, make(key)])) as Record<StepSeriesKey, T>;
}
