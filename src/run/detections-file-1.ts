import * as z from 'zod';
import type { Detections, GroundTruth } from '../domain/evaluation/types';

// Version 1 of a .det file: boxes were in the padded input of the model that found them, and the header had the place
// of each image in it. Read for runs that an earlier Pitwall validated; never written.

const zCount = z.number().int().min(0);

export const zHeader1 = z
  .object({
    fingerprint: z.string(),
    classes: z.array(z.string()),
    rule: z.object({
      name: z.literal('ultralytics'),
      space: z.literal('letterbox'),
      imgsz: z.number().int(),
      conf: z.number(),
      iou: z.number(),
      max_det: z.number().int(),
      single_cls: z.boolean(),
    }),
    images: zCount,
    files: z.array(z.string()),
    sizes: z.array(z.number()),
    /** Scale x, scale y, left, top; image x = (input x - left) / scale x. 4 * images. */
    placements: z.array(z.number()),
    detections: zCount,
    labels: zCount,
  })
  .refine(
    ({ images, files, sizes, placements }) =>
      files.length === images && sizes.length === 2 * images && placements.length === 4 * images,
    'a column has another length than there are images',
  )
  .refine(
    ({ placements }) => placements.every((value, i) => i % 4 > 1 || value > 0),
    'an image has no size in the input',
  );
type Header1 = z.infer<typeof zHeader1>;

type Columns = { readonly detections: Detections; readonly truth: GroundTruth };

/** As it would be written today. Only the keeper wrote such files: of the val split, of upright images. */
export function fromVersion1({ placements, rule, ...header }: Header1, { detections, truth }: Columns) {
  const { space: _, ...rest } = rule;
  return {
    header: { ...header, rule: { ...rest, split: 'val', exif: 'applied' as const } },
    detections: { ...detections, boxes: toOriginal(detections, placements) },
    truth: { ...truth, boxes: toOriginal(truth, placements) },
  };
}

type Placed = { readonly boxes: Float32Array; readonly image: Uint32Array };

function toOriginal({ boxes, image }: Placed, placements: readonly number[]): Float32Array {
  return boxes.map((value, i) => {
    const axis = i & 1;
    const place = 4 * image[i >> 2];
    return (value - placements[place + 2 + axis]) / placements[place + axis];
  });
}
