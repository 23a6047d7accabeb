import { type Words, words } from '../../base/words';

/** Steps that are judged together, and the multiple of the usual loss at which a run has diverged. */
const WINDOW = 16;
const FACTOR = 20;
/** Losses before the window that make the running median. */
const USUAL = 256;

export type Divergence = {
  /** The loss that is not finite, or the median of the last 16. */
  readonly value: number;
  /** The usual loss before; NaN if there was nothing yet. */
  readonly first: number;
  readonly said: Words;
};

/** The state of the rule; a resume needs it. */
export type DivergenceState = {
  /** What is usual by the first 16 losses, after so many. */
  readonly first?: number | undefined;
  /** The last losses, at most 16 + 256. */
  readonly recent: number[];
};

export type Losses = Readonly<Record<string, number>> & { readonly total: number };

export type DivergenceRule = {
  /** Adds the losses of the next step and returns how the run has diverged, if it has. */
  onStep(losses: Losses): Divergence | undefined;
  state(): DivergenceState;
  /** A new attempt starts: the window is empty again, the first usual loss stays. */
  restart(): void;
};

/** A usual loss of 0 (batches without objects, a loss of another program) cannot be a reference. */
const limitOf = (usual: number): number => (usual > 0 ? FACTOR * usual : Number.POSITIVE_INFINITY);

/**
 * A run has diverged with any loss that is not finite, or when the median of the last 16 losses exceeds 20 times the
 * usual one: that of the first 16, or the running median if that is lower by now. Medians, because one odd batch,
 * first or later, means nothing: relative to the loss of step 0 the rule stopped every healthy run that began with an
 * odd batch, and noticed little if the first loss is hundreds of times the last.
 */
export function createDivergenceRule(saved: DivergenceState = { recent: [] }): DivergenceRule {
  let { first } = saved;
  let recent = [...saved.recent];
  let usual = usualOf(first, recent);
  const remember = (total: number): void => {
    recent.push(total);
    // The running median moves slowly: once a window is often enough.
    if (recent.length % WINDOW > 0) return;
    first ??= firstUsual(recent);
    usual = usualOf(first, recent);
    recent = recent.slice(-USUAL - WINDOW);
  };
  return {
    onStep(losses) {
      const broken = nonFinite(losses, usual);
      if (broken) return broken;
      remember(losses.total);
      return losses.total > limitOf(usual) ? grown(recent, usual) : undefined;
    },
    state: () => ({ first, recent: [...recent] }),
    restart() {
      recent = [];
      usual = first ?? Number.NaN;
    },
  };
}

/**
 * The median of the first 16, or of the first 8 if that is lower: a loss that grows from the second step on has made the sixteen
 * three times too high, and was seen 17 steps too late.
 */
const firstUsual = (losses: readonly number[]): number =>
  Math.min(median(losses.slice(0, WINDOW / 2)), median(losses));

function usualOf(first: number | undefined, recent: readonly number[]): number {
  if (first === undefined) return Number.NaN;
  const before = recent.slice(0, -WINDOW);
  return before.length < WINDOW ? first : Math.min(first, median(before));
}

function nonFinite(losses: Losses, first: number): Divergence | undefined {
  const [name, value] = Object.entries(losses).find(([, loss]) => !Number.isFinite(loss)) ?? [];
  return value === undefined
    ? undefined
    : { value, first, said: words('the {0} loss is {1}', name ?? 'total', String(value)) };
}

function grown(recent: readonly number[], usual: number): Divergence | undefined {
  if (recent.length < WINDOW) return undefined;
  const value = median(recent.slice(-WINDOW));
  if (!(value > limitOf(usual))) return undefined;
  const said = words(
    'the median loss of the last {0} steps, {1}, is above {2} times what is usual, {3}',
    WINDOW,
    show(value),
    FACTOR,
    show(usual),
  );
  return { value, first: usual, said };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const show = (value: number): string => value.toPrecision(4);
