/** What the rule remembers; part of the state that a resume needs. */
export type DivergenceState = { readonly first?: number | undefined; readonly recent: number[] };

const WINDOW = 16;
const LIMIT = 20;

/**
 * A run has diverged when any loss is not finite, or when the mean of the last 16 step losses exceeds 20 times the loss
 * of step 0 (design section 3: fires at step 15 on 3 of 3 cold runs at lr0 0.1, on none of 12 healthy ones).
 */
export class DivergenceRule {
  #first: number | undefined;
  readonly #recent: number[];

  constructor(state: DivergenceState = { recent: [] }) {
    this.#first = state.first;
    this.#recent = [...state.recent];
  }

  get state(): DivergenceState {
    return { first: this.#first, recent: [...this.#recent] };
  }

  /** Takes the losses of a step, `total` among them; returns why the run has diverged, if it has. */
  add(losses: Readonly<Record<string, number>>): string | undefined {
    const { total } = losses;
    this.#first ??= total;
    this.#recent.push(total);
    if (this.#recent.length > WINDOW) this.#recent.shift();
    return nonFinite(losses) ?? this.#grown(this.#first);
  }

  #grown(first: number): string | undefined {
    if (this.#recent.length < WINDOW) return undefined;
    const mean = this.#recent.reduce((a, b) => a + b) / WINDOW;
    if (!(mean > LIMIT * first)) return undefined;
    return `the mean loss of the last ${WINDOW} steps, ${show(mean)}, is above ${LIMIT} times the loss of step 0, ${show(first)}`;
  }
}

function nonFinite(losses: Readonly<Record<string, number>>): string | undefined {
  const bad = Object.entries(losses).find(([, value]) => !Number.isFinite(value));
  return bad ? `the ${bad[0]} loss is ${bad[1]}` : undefined;
}

const show = (value: number): string => value.toPrecision(4);
