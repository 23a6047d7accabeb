export type ModelSize = 'nano' | 'micro';
export const MODEL_SIZES: readonly ModelSize[] = ['nano', 'micro'];

/** Channels at strides 4, 8 and 16, and residual convolutions at strides 8 and 16. */
type Widths = {
  readonly stem: number;
  readonly fine: number;
  readonly fineDepth: number;
  readonly coarse: number;
  readonly coarseDepth: number;
};

const WIDTHS: Readonly<Record<ModelSize, Widths>> = {
  nano: { stem: 32, fine: 64, fineDepth: 4, coarse: 64, coarseDepth: 1 },
  micro: { stem: 48, fine: 96, fineDepth: 4, coarse: 128, coarseDepth: 2 },
};

/** Strides of the prediction maps, finest first; an image's sides must be divisible by the last. */
export const STRIDES: readonly number[] = [8, 16];
export const MAX_STRIDE = 16;

/** Columns of a prediction: centre offset x, y and log size w, h, in strides, then one logit per class. */
export const BOX_COLUMNS = 4;

/**
 * An anchor-free detector. Images are cut into patches of 4x4 pixels at once, and the 3x3 convolutions run at strides 8
 * and 16: larger maps cost more than they gain (on the example a third convolution at stride 8 gains nearly as much as
 * a map at stride 2, for a third of the work; a fourth gains as much as 80 channels instead of 64, for a third of that,
 * and more than a second at stride 16, twice the channels there, or a wider stem). The coarse map gives the fine one
 * its context.
 */
export function detector<T>(blocks: Blocks<T>, image: T, options: { size: ModelSize; classes: number }): T[] {
  const { stem, fine, fineDepth, coarse, coarseDepth } = WIDTHS[options.size];
  const quarter = blocks.stem('stem', image, stem);
  const eighth = stage(blocks, 'fine', { x: quarter, out: fine, depth: fineDepth });
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

/** A square convolution without bias (odd kernel, padding (kernel - 1) / 2), then batch norm and SiLU. */
type ConvSpec = { readonly out: number; readonly kernel: 1 | 3; readonly stride?: 1 | 2 };

/**
 * The parts of a network. One description of the network (detector.ts) is read three times: to list its parameters, to
 * build the training graph, and to write the inference model.
 */
export type Blocks<T> = {
  /** The first convolution, on the image: 4x4, stride 4, a 1x1 one over patches (as ConvNeXt's). */
  stem(name: string, image: T, out: number): T;
  convNormAct(name: string, x: T, spec: ConvSpec): T;
  /** 1x1 convolution with bias, without norm and activation. */
  predict(name: string, x: T, out: number): T;
  add(a: T, b: T): T;
  concat(parts: readonly T[]): T;
  /** Nearest neighbour, twice the size. */
  upsample(x: T): T;
};

/** Side of the stem's patches. Their columns are in the order channel, y, x. */
export const STEM_PATCH = 4;
