import { createRandom, type Random } from '../../../base/random';
import { GROUPS, type GroupName, isClassColumn, type Layout, type Parameter } from '../model/layout';
import { OPTIMIZERS, type OptimizerName } from '../optimizer/optimizer';

/**
 * Probability that each class starts with: low, so that the many background positions do not dominate the first steps
 * (Lin et al. 2017).
 */
const CLASS_PRIOR = 0.01;

/**
 * All that training needs to continue, by name: `model/` values, `ema/` their average, `optimizer/<buffer>/` the
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

/** Vectors from a state; what it lacks, or has in another size, keeps its `start` value and is named in `missing`. */
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

/** Starting value of one parameter. Kernels as torch.nn.Conv2d: uniform in +-1/sqrt(fan in) (Kaiming with a = sqrt 5). */
function initialValue(parameter: Parameter, random: Random): Float32Array {
  const { init, length } = parameter;
  if (init.kind === 'gamma') return new Float32Array(length).fill(1);
  if (init.kind === 'beta') return new Float32Array(length);
  if (init.kind === 'head-bias') {
    const prior = -Math.log((1 - CLASS_PRIOR) / CLASS_PRIOR);
    return Float32Array.from({ length }, (_, column) => (isClassColumn(column) ? prior : 0));
  }
  const bound = 1 / Math.sqrt(init.fanIn);
  return Float32Array.from({ length }, () => random.between(-bound, bound));
}

/** All parameters for a seed; each has its own stream, so that a layer added elsewhere does not change it. */
function initialParameters(layout: Layout, seed: number): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const parameter of layout.parameters.values()) {
    values.set(parameter.name, initialValue(parameter, createRandom(seed, hash(parameter.name))));
  }
  return values;
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** One flat vector that a step reads and writes; its name is the graph's input, `next:` before it the output. */
export type StateVector = {
  readonly name: string;
  readonly length: number;
  readonly holds: GroupName | 'stats';
  readonly role: 'value' | 'average' | 'buffer';
  /** Name of its parts in a TrainState. */
  readonly piece: (owner: string) => string;
};

export const STATS = ['running_mean', 'running_var'] as const;
export const nextName = (name: string): string => `next:${name}`;
export const averageName = (name: string): string => `ema.${name}`;
export const bufferName = (group: GroupName, buffer: string): string => `${buffer}.${group}`;

/** Every vector of the training state: values, their average, the optimizer's buffers, and batch norm's statistics. */
export function stateVectors(layout: Layout, optimizer: OptimizerName): StateVector[] {
  const vectors: StateVector[] = [];
  for (const group of GROUPS) {
    const common = { holds: group, length: layout.lengths[group] };
    vectors.push({ ...common, name: group, role: 'value', piece: (p) => `model/${p}` });
    vectors.push({ ...common, name: averageName(group), role: 'average', piece: (p) => `ema/${p}` });
    for (const buffer of OPTIMIZERS[optimizer].buffers) {
      const name = bufferName(group, buffer);
      vectors.push({ ...common, name, role: 'buffer', piece: (p) => `optimizer/${buffer}/${p}` });
    }
  }
  for (const stat of STATS) {
    const common = { holds: 'stats' as const, length: layout.lengths.stats };
    vectors.push({ ...common, name: stat, role: 'average', piece: (p) => `ema/${p}.${stat}` });
  }
  return vectors;
}
