import type { Size } from '../../domain/detection/letterbox';

/**
 * Opens images for a survey. Decoding is native code, which hosts never load: they use a process
 * (engine/image-process.ts). Both results are undefined for an image that cannot be read.
 */
export type ImageReader = {
  /** Width and height of the upright image, by its header. */
  size(file: string): Promise<Size | undefined>;
  /** Grey pixels, row by row, of the image squeezed to `width` x `height`. */
  thumbnail(file: string, size: Size): Promise<Uint8Array | undefined>;
};

/** A small JPEG of an upright image and the size of the whole; nothing but pixels is in it. */
export type SmallPicture = { readonly jpeg: Uint8Array; readonly small: Size; readonly whole: Size };

/** The same process, for those who show images. */
export type PictureReader = {
  /** At most `side` pixels a side; undefined for an image that cannot be read. */
  picture(file: string, side: number): Promise<SmallPicture | undefined>;
};
