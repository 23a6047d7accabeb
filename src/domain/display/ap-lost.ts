import type { Scored } from '../evaluation/scored';

/** Of each image, and of all of them together: 1 - AP, the mean over the classes with labels and over the IoU thresholds. */
export type ApLost = { readonly ofImage: Float64Array; readonly all: number };

/**
 * How much of AP each image costs, exactly: AP as the area under the curve of precision over recall as it is, without the
 * envelope of the reported number. 1 - AP is the sum, over the labels of a class, of 1 for a label that no detection finds
 * and of the share of false detections down to the one that finds it for the others. So a label that is not found costs its
 * image one share, and a false detection of rank j costs its own image 1/k for each true one of a rank k below it.
 */
export function apLost(scored: Scored): ApLost {
  const ofImage = new Float64Array(scored.images);
  const counted = Array.from({ length: scored.classes }, (_, c) => c).filter((c) => labelsOf(scored, c) > 0);
  for (const c of counted) addClass(scored, c, ofImage);
  const scale = 1 / (Math.max(1, counted.length) * scored.thresholds);
  for (let i = 0; i < ofImage.length; i++) ofImage[i] = Math.max(0, ofImage[i] * scale);
  return { ofImage, all: ofImage.reduce((sum, one) => sum + one, 0) };
}

const labelsOf = ({ truthStart }: Scored, c: number): number => truthStart[c + 1] - truthStart[c];

/** Every label as not found, then back what was found: per image what one class costs at all thresholds. */
function addClass(scored: Scored, c: number, ofImage: Float64Array): void {
  const { truthStart, truthImage, thresholds } = scored;
  const share = 1 / labelsOf(scored, c);
  for (let i = truthStart[c]; i < truthStart[c + 1]; i++) ofImage[truthImage[i]] += share * thresholds;
  for (let t = 0; t < thresholds; t++) addThreshold(scored, { c, t, share }, ofImage);
}

type ClassAtThreshold = { readonly c: number; readonly t: number; readonly share: number };

/** From the lowest rank up, so that what lies below a false detection is known when it comes. */
function addThreshold(
  { start, image, hit }: Scored,
  { c, t, share }: ClassAtThreshold,
  ofImage: Float64Array,
): void {
  let below = 0;
  for (let i = start[c + 1] - 1; i >= start[c]; i--) {
    const isHit = (hit[i] >> t) & 1;
    ofImage[image[i]] += isHit ? -share : share * below;
    below += isHit / (i - start[c] + 1);
  }
}
