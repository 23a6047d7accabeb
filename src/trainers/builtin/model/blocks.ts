/** A square convolution without bias, then batch norm and SiLU. Kernel 3 has stride 1 and padding 1; the others stride by their own size. */
export type ConvSpec = { readonly out: number; readonly kernel: 1 | 2 | 3 | 4 };

/**
 * What a network is made of. One description of the network (detector.ts) is read three times: to list its
 * parameters, to build the training graph, and to write the inference model.
 */
export type Blocks<T> = {
  convNormAct(name: string, x: T, spec: ConvSpec): T;
  /** 1x1 convolution with bias, nothing behind it. */
  predict(name: string, x: T, out: number): T;
  add(a: T, b: T): T;
  concat(parts: readonly T[]): T;
  /** Nearest neighbour, twice the size. */
  upsample(x: T): T;
};
