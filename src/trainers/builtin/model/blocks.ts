/** A square convolution without bias (odd kernel, padding (kernel - 1) / 2), then batch norm and SiLU. */
export type ConvSpec = { readonly out: number; readonly kernel: 1 | 3; readonly stride?: 1 | 2 };

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
