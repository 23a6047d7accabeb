import * as z from 'zod';
import { parseJson } from '../base/json';

// What is to be seen of a checkpoint whose detections are not kept as boxes: masks, poses, turned boxes and boxes that another
// library judged, or the classes of whole images. Only the images with the most mistakes. Written whole by who judges.

const MOST_IMAGES = 1000;
const MOST_SHAPES = 400;
const MOST_NUMBERS = 1000;

const share = z.number();
const zShape = z.object({
  class: z.number().int().min(0),
  /** x, y, width, height as shares of the image; absent: the image as a whole. */
  box: z.tuple([share, share, share, share]).optional(),
  /** Parts of a mask, or the corners of a turned box: x, y, x, y ... */
  outlines: z.array(z.array(share).max(MOST_NUMBERS)).max(MOST_SHAPES).optional(),
  /** Of a pose: x, y, and 1 if it is to be seen. */
  points: z
    .array(z.tuple([share, share, z.number()]))
    .max(MOST_NUMBERS)
    .optional(),
});
export type PictureShape = z.infer<typeof zShape>;

const zFound = zShape.extend({
  score: z.number(),
  /** At an overlap of half. */
  hit: z.boolean(),
});

const zPicture = z.object({
  file: z.string(),
  missed: z.number().int().min(0),
  false: z.number().int().min(0),
  truth: z.array(zShape).max(MOST_SHAPES),
  found: z.array(zFound).max(MOST_SHAPES),
});
export type Picture = z.infer<typeof zPicture>;

export const zPictures = z.object({
  version: z.literal(1),
  task: z.string(),
  classes: z.array(z.string()),
  /** What is below it is not among them. */
  confidence: z.number(),
  /** How many were judged. */
  images: z.number().int().min(0),
  /** Most mistakes first. */
  pictures: z.array(zPicture).max(MOST_IMAGES),
});
export type Pictures = z.infer<typeof zPictures>;

/** Undefined if it is not such a file, or one of a later version. */
export function decodePictures(text: string): Pictures | undefined {
  const read = zPictures.safeParse(parseJson(text));
  return read.success ? read.data : undefined;
}
