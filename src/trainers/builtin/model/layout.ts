import { type Blocks, BOX_COLUMNS, detector, type ModelSize, STEM_PATCH } from './detector';

/** Parameter groups as the schedule names them: weights decay, norm (batch norm's gamma) and bias do not. */
export const GROUPS = ['weights', 'norm', 'bias'] as const;
export type GroupName = (typeof GROUPS)[number];

export type ParameterKind =
  | { readonly kind: 'kernel'; readonly fanIn: number }
  | { readonly kind: 'gamma' }
  | { readonly kind: 'beta' }
  | { readonly kind: 'head-bias' };

/** One parameter tensor, a range of its group's flat vector. Kernels are OHWI. */
export type Parameter = {
  readonly name: string;
  readonly group: GroupName;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
  readonly init: ParameterKind;
};

/** One batch norm's running statistics, a range of the flat vectors of means and variances. */
export type NormStats = { readonly name: string; readonly offset: number; readonly length: number };

export type ModelOptions = { readonly size: ModelSize; readonly classes: number };

export type Layout = {
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly norms: ReadonlyMap<string, NormStats>;
  readonly lengths: Readonly<Record<GroupName | 'stats', number>>;
};

/** The place of each parameter of the model in the flat vectors that a training step works on. */
export function layoutOf(options: ModelOptions): Layout {
  const parameters = new Map<string, Parameter>();
  const norms = new Map<string, NormStats>();
  const lengths = { weights: 0, norm: 0, bias: 0, stats: 0 };
  const parameter = (name: string, group: GroupName, shape: readonly number[], init: ParameterKind): void => {
    const length = shape.reduce((a, b) => a * b, 1);
    parameters.set(name, { name, group, shape, offset: lengths[group], length, init });
    lengths[group] += length;
  };
  const kernel = (name: string, size: number, [from, to]: readonly [number, number]): void =>
    parameter(`${name}.weight`, 'weights', [to, size, size, from], {
      kind: 'kernel',
      fanIn: size * size * from,
    });
  const convNormAct = (name: string, size: number, [from, to]: readonly [number, number]): number => {
    kernel(`${name}.conv`, size, [from, to]);
    parameter(`${name}.norm.weight`, 'norm', [to], { kind: 'gamma' });
    parameter(`${name}.norm.bias`, 'bias', [to], { kind: 'beta' });
    norms.set(`${name}.norm`, { name: `${name}.norm`, offset: lengths.stats, length: to });
    lengths.stats += to;
    return to;
  };
  // A feature map is described by its number of channels alone.
  const blocks: Blocks<number> = {
    stem: (name, x, out) => convNormAct(name, 1, [STEM_PATCH ** 2 * x, out]),
    convNormAct: (name, x, spec) => convNormAct(name, spec.kernel, [x, spec.out]),
    predict: (name, x, out) => {
      kernel(name, 1, [x, out]);
      parameter(`${name}.bias`, 'bias', [out], { kind: 'head-bias' });
      return out;
    },
    add: (a) => a,
    concat: (parts) => parts.reduce((a, b) => a + b, 0),
    upsample: (x) => x,
  };
  detector(blocks, 3, options);
  return { parameters, norms, lengths };
}

/** The first columns of a head are the box, the rest the classes. */
export const isClassColumn = (column: number): boolean => column >= BOX_COLUMNS;
