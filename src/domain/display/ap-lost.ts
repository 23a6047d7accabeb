import type { Scored } from '../evaluation/scored';

/** Of each image, and of all of them together: 1 - AP, the mean over the classes with labels and over the IoU thresholds. */
export type ApLost = { readonly ofImage: Float64Array; readonly all: number };

/**
 * How much of AP each image costs, exactly: AP as the area under the envelope of precision over recall, which the reported
 * number samples at 101 recalls. 1 - AP is the sum, over the labels of a class, of 1 for a label that no detection finds, and
 * for the others of the share of false detections down to the rank at or below theirs at which precision is highest. So a
 * label that is not found costs its image one share, and a false detection its own image 1/k for each true one whose best
 * rank k is below it.
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

function addThreshold(scored: Scored, { c, t, share }: ClassAtThreshold, ofImage: Float64Array): void {
  const { start, image, hit } = scored;
  const costs = costsOf(scored, c, t);
  let below = 0;
  // From the lowest rank up, so that what lies below a false detection is known when it comes.
  for (let i = start[c + 1] - 1; i >= start[c]; i--) {
    const isHit = (hit[i] >> t) & 1;
    ofImage[image[i]] += isHit ? -share : share * below;
    below += costs[i - start[c]];
  }
}

/** By rank: 1/rank for each true detection at or above it for which the precision there is the highest that follows. */
function costsOf({ start, hit }: Scored, c: number, t: number): Float64Array {
  const costs = new Float64Array(start[c + 1] - start[c]);
  let hits = 0;
  for (let i = start[c]; i < start[c + 1]; i++) hits += (hit[i] >> t) & 1;
  let [best, precision] = [0, 0];
  for (let rank = costs.length; rank > 0; rank--) {
    if (((hit[start[c] + rank - 1] >> t) & 1) === 0) continue;
    if (hits / rank > precision) [best, precision] = [rank, hits / rank];
    costs[best - 1] += 1 / best;
    hits--;
  }
  return costs;
}
