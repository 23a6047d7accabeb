/** Steps whose mean loss is compared with the loss of step 0, and how much larger it may be. */
const WINDOW = 16;
const FACTOR = 20;

export type Divergence = {
  /** The loss, or the mean of the last 16 losses, that was too large. */
  readonly value: number;
  /** Loss of step 0; NaN where there was none that is finite. */
  readonly first: number;
  readonly reason: string;
};

/** What the rule remembers; part of the state that a resume needs. */
export type DivergenceState = { readonly first?: number | undefined; readonly recent: number[] };

export type Losses = Readonly<Record<string, number>> & { readonly total: number };

export type DivergenceRule = {
  /** The losses of the next step; answers how the run has diverged, if it has. */
  onStep(losses: Losses): Divergence | undefined;
  state(): DivergenceState;
  /** A new attempt starts: the window is empty again, the loss of step 0 stays. */
  restart(): void;
};

/** A first loss of 0 (a batch without objects, a loss of another program) is no measure. */
const limitOf = (first: number): number => (first > 0 ? FACTOR * first : Number.POSITIVE_INFINITY);

/**
 * A run has diverged with any loss that is not finite, or when the mean of the last 16 step losses exceeds 20 times the
 * loss of step 0 (design section 3: fires at step 15 on 3 of 3 cold runs at lr0 0.1, on none of 12 healthy ones).
 */
export function createDivergenceRule(saved: DivergenceState = { recent: [] }): DivergenceRule {
  let { first } = saved;
  let recent = [...saved.recent];
  return {
    onStep(losses) {
      const { total } = losses;
      const broken = nonFinite(losses, first);
      if (broken) return broken;
      first ??= total;
      recent = [...recent.slice(1 - WINDOW), total];
      return grown(recent, first);
    },
    state: () => ({ first, recent: [...recent] }),
    restart() {
      recent = [];
    },
  };
}

function nonFinite(losses: Losses, first = Number.NaN): Divergence | undefined {
  const [name, value] = Object.entries(losses).find(([, loss]) => !Number.isFinite(loss)) ?? [];
  return value === undefined ? undefined : { value, first, reason: `the ${name} loss is ${value}` };
}

function grown(recent: readonly number[], first: number): Divergence | undefined {
  if (recent.length < WINDOW) return undefined;
  const value = recent.reduce((a, b) => a + b) / WINDOW;
  if (!(value > limitOf(first))) return undefined;
  const reason = `the mean loss of the last ${WINDOW} steps, ${show(value)}, is above ${FACTOR} times the loss of step 0, ${show(first)}`;
  return { value, first, reason };
}

const show = (value: number): string => value.toPrecision(4);
