import type { DetectionRecord } from './record';

/** Share of an image's longer side: what single precision and a conversion from a model's input may move a label by. */
const ROUNDING = 1e-4;

/** Whether two records of the same images hold other labels, as when versions of Pitwall read a label file differently. */
export function truthDiffers({ truth: a, header }: DetectionRecord, { truth: b }: DetectionRecord): boolean {
  if (a.image.length !== b.image.length) return true;
  const { sizes } = header;
  return a.image.some((image, i) => {
    if (image !== b.image[i] || a.class[i] !== b.class[i]) return true;
    const most = ROUNDING * Math.max(sizes[2 * image], sizes[2 * image + 1]);
    return [0, 1, 2, 3].some((k) => Math.abs(a.boxes[4 * i + k] - b.boxes[4 * i + k]) > most);
  });
}
