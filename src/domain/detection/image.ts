/** An 8-bit image, rows of RGB pixels: data[(y * width + x) * 3 + channel]. */
export type RgbImage = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
};
