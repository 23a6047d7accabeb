import type { Blocks } from './blocks';

export type ModelSize = 'nano' | 'micro';
export const MODEL_SIZES: readonly ModelSize[] = ['nano', 'micro'];

type Widths = {
  readonly stem: number;
  readonly fine: number;
  readonly coarse: number;
  readonly depth: number;
};

const WIDTHS: Readonly<Record<ModelSize, Widths>> = {
  nano: { stem: 32, fine: 64, coarse: 96, depth: 1 },
  micro: { stem: 48, fine: 96, coarse: 128, depth: 2 },
};

/** Strides of the prediction maps, finest first; an image's sides must be divisible by the last. */
export const STRIDES: readonly number[] = [8, 16];
export const MAX_STRIDE = 16;

/** Columns of a prediction: centre offset x, y and log size w, h, in strides, then one logit per class. */
export const BOX_COLUMNS = 4;

/**
 * An anchor-free detector. Down-sampling is by patches whose kernel equals the stride (as in ConvNeXt), and 3x3
 * convolutions run at strides 8 and 16 only, where both directions of a training step are cheap; the coarse map
 * gives the fine one its context.
 */
export function detector<T>(blocks: Blocks<T>, image: T, options: { size: ModelSize; classes: number }): T[] {
  const { stem, fine, coarse, depth } = WIDTHS[options.size];
  const quarter = blocks.convNormAct('stem', image, { out: stem, kernel: 4 });
  const eighth = residual(blocks, 'fine', {
    x: blocks.convNormAct('fine.down', quarter, { out: fine, kernel: 2 }),
    out: fine,
    depth,
  });
  const sixteenth = residual(blocks, 'coarse', {
    x: blocks.convNormAct('coarse.down', eighth, { out: coarse, kernel: 2 }),
    out: coarse,
    depth,
  });
  const context = blocks.upsample(blocks.convNormAct('context', sixteenth, { out: fine, kernel: 1 }));
  const merged = blocks.convNormAct('merge', blocks.add(eighth, context), { out: fine, kernel: 3 });
  const columns = BOX_COLUMNS + options.classes;
  return [blocks.predict('head.fine', merged, columns), blocks.predict('head.coarse', sixteenth, columns)];
}

type Stage<T> = { readonly x: T; readonly out: number; readonly depth: number };

function residual<T>(blocks: Blocks<T>, name: string, { x, out, depth }: Stage<T>): T {
  let y = x;
  for (let i = 0; i < depth; i++) {
    y = blocks.add(y, blocks.convNormAct(`${name}.${i}`, y, { out, kernel: 3 }));
  }
  return y;
}
