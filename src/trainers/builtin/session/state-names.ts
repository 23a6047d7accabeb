import { GROUPS, type GroupName, type Layout } from '../model/layout';
import { OPTIMIZERS, type OptimizerName } from '../optimizer/optimizer';

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
