/** A square convolution without bias (odd kernel, padding (kernel - 1) / 2), then batch norm and SiLU. */
export type ConvSpec = { readonly out: number; readonly kernel: 1 | 3; readonly stride?: 1 | 2 };

/**
 * What a network is made of. One description of the network (detector.ts) is read three times: to list its
 * parameters, to build the training graph, and to write the inference model.
 */
export type Blocks<T> = {
  /** The first convolution, on the image: 6x6, stride 2, padding 2 (as YOLOv5's). It is a 3x3 one over 2x2 patches. */
  stem(name: string, image: T, out: number): T;
  convNormAct(name: string, x: T, spec: ConvSpec): T;
  /** 1x1 convolution with bias, nothing behind it. */
  predict(name: string, x: T, out: number): T;
  add(a: T, b: T): T;
  concat(parts: readonly T[]): T;
  /** Nearest neighbour, twice the size. */
  upsample(x: T): T;
};

/** Side of the patches that the stem looks at, and how many of them along each axis. */
export const STEM_PATCH = 2;
export const STEM_KERNEL = 3;
