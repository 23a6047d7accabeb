import { initialParameters } from '../model/initial';
import type { Layout } from '../model/layout';
import type { StateVector } from './state-names';

/**
 * All that training needs to go on, by name: `model/` values, `ema/` their average, `optimizer/<buffer>/` the
 * optimizer's state. Kernels are OHWI. `step` counts the updates made.
 */
export type TrainState = {
  readonly step: number;
  readonly tensors: Readonly<Record<string, Float32Array>>;
};

/** The vectors a fresh run starts from. */
export function initialVectors(
  layout: Layout,
  vectors: readonly StateVector[],
  seed: number,
): Map<string, Float32Array> {
  const parameters = initialParameters(layout, seed);
  const fresh = (vector: StateVector): Float32Array => {
    const flat = new Float32Array(vector.length);
    if (vector.role === 'buffer') return flat;
    if (vector.holds === 'stats') return flat.fill(vector.name.endsWith('running_var') ? 1 : 0);
    return fill(flat, pieces(layout, vector), parameters);
  };
  return new Map(vectors.map((vector) => [vector.name, fresh(vector)]));
}

function fill(
  flat: Float32Array,
  all: readonly Piece[],
  values: ReadonlyMap<string, Float32Array>,
): Float32Array {
  for (const { owner, offset } of all) flat.set(values.get(owner) ?? [], offset);
  return flat;
}

/** Vectors from a state; what it lacks, or has in another size, is left at `start` and named in `missing`. */
export function joinState(
  layout: Layout,
  vectors: readonly StateVector[],
  { state, start }: { state: TrainState; start: ReadonlyMap<string, Float32Array> },
): { vectors: Map<string, Float32Array>; missing: string[] } {
  const missing: string[] = [];
  const joined = new Map<string, Float32Array>();
  for (const vector of vectors) {
    const flat = Float32Array.from(start.get(vector.name) ?? new Float32Array(vector.length));
    for (const { owner, offset, length } of pieces(layout, vector)) {
      const tensor = state.tensors[vector.piece(owner)];
      if (tensor?.length === length) flat.set(tensor, offset);
      else missing.push(vector.piece(owner));
    }
    joined.set(vector.name, flat);
  }
  return { vectors: joined, missing };
}

/** The state by parameter names, from the flat vectors of a session. */
export function splitState(
  layout: Layout,
  vectors: readonly StateVector[],
  { step, flat }: { step: number; flat: ReadonlyMap<string, Float32Array> },
): TrainState {
  const tensors: Record<string, Float32Array> = {};
  for (const vector of vectors) {
    const all = flat.get(vector.name) ?? new Float32Array(vector.length);
    for (const { owner, offset, length } of pieces(layout, vector)) {
      tensors[vector.piece(owner)] = all.slice(offset, offset + length);
    }
  }
  return { step, tensors };
}

/** The averaged model of a state, as an export reads it. */
export function averagedWeights(state: TrainState): (name: string) => Float32Array {
  return (name) => {
    const tensor = state.tensors[`ema/${name}`];
    if (tensor === undefined) throw new Error(`the training state has no ema/${name}`);
    return tensor;
  };
}

type Piece = { readonly owner: string; readonly offset: number; readonly length: number };

function pieces(layout: Layout, { holds }: StateVector): Piece[] {
  const all =
    holds === 'stats'
      ? [...layout.norms.values()]
      : [...layout.parameters.values()].filter(({ group }) => group === holds);
  return all.map(({ name, offset, length }) => ({ owner: name, offset, length }));
}
