import type { Tensor } from './tensor';

/**
 * A feature map as a matrix: one row per position (image, then y, then x), one column per channel. A convolution is
 * then a gather of rows and one large matrix product, forward and backward; a 1x1 convolution is the product alone.
 */
export type Feature = {
  readonly rows: Tensor;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
};

export const channelsOf = (feature: Feature): number => feature.rows.shape[1];
export const positionsOf = ({ batch, height, width }: Omit<Feature, 'rows'>): number =>
  batch * height * width;
