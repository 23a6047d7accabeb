import { createRandom, type Random } from '../../../base/random';
import { isClassColumn, type Layout, type Parameter } from './layout';

/** Probability that each class starts with: low, so that the many background positions do not drown the first steps (Lin et al. 2017). */
const CLASS_PRIOR = 0.01;

/** Starting value of one parameter. Kernels as torch.nn.Conv2d: uniform in +-1/sqrt(fan in) (Kaiming with a = sqrt 5). */
export function initialValue(parameter: Parameter, random: Random): Float32Array {
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

/** All parameters for a seed; each has its own stream, so that a layer added elsewhere leaves it as it was. */
export function initialParameters(layout: Layout, seed: number): Map<string, Float32Array> {
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
