import type { Blocks } from './blocks';

export type ModelSize = 'nano' | 'micro';
export const MODEL_SIZES: readonly ModelSize[] = ['nano', 'micro'];

/** Channels at strides 2, 4, 8 and 16, and residual convolutions at strides 8 and 16. */
type Widths = {
  readonly stem: number;
  readonly quarter: number;
  readonly fine: number;
  readonly fineDepth: number;
  readonly coarse: number;
  readonly coarseDepth: number;
};

const WIDTHS: Readonly<Record<ModelSize, Widths>> = {
  nano: { stem: 16, quarter: 32, fine: 64, fineDepth: 2, coarse: 64, coarseDepth: 1 },
  micro: { stem: 24, quarter: 48, fine: 96, fineDepth: 3, coarse: 128, coarseDepth: 2 },
};

/** Strides of the prediction maps, finest first; an image's sides must be divisible by the last. */
export const STRIDES: readonly number[] = [8, 16];
export const MAX_STRIDE = 16;

/** Columns of a prediction: centre offset x, y and log size w, h, in strides, then one logit per class. */
export const BOX_COLUMNS = 4;

/**
 * An anchor-free detector. The 3x3 convolutions run mostly at strides 8 and 16, where both directions of a training
 * step are cheap; the coarse map gives the fine one its context.
 */
export function detector<T>(blocks: Blocks<T>, image: T, options: { size: ModelSize; classes: number }): T[] {
  const { stem, quarter, fine, fineDepth, coarse, coarseDepth } = WIDTHS[options.size];
  const half = blocks.stem('stem', image, stem);
  const low = blocks.convNormAct('low', half, { out: quarter, kernel: 3, stride: 2 });
  const eighth = stage(blocks, 'fine', { x: low, out: fine, depth: fineDepth });
  const sixteenth = stage(blocks, 'coarse', { x: eighth, out: coarse, depth: coarseDepth });
  const context = blocks.upsample(blocks.convNormAct('context', sixteenth, { out: fine, kernel: 1 }));
  const merged = blocks.convNormAct('merge', blocks.add(eighth, context), { out: fine, kernel: 3 });
  const columns = BOX_COLUMNS + options.classes;
  return [blocks.predict('head.fine', merged, columns), blocks.predict('head.coarse', sixteenth, columns)];
}

type Stage<T> = { readonly x: T; readonly out: number; readonly depth: number };

/** Half the resolution, then `depth` residual convolutions. */
function stage<T>(blocks: Blocks<T>, name: string, { x, out, depth }: Stage<T>): T {
  let y = blocks.convNormAct(`${name}.down`, x, { out, kernel: 3, stride: 2 });
  for (let i = 0; i < depth; i++) {
    y = blocks.add(y, blocks.convNormAct(`${name}.${i}`, y, { out, kernel: 3 }));
  }
  return y;
}
