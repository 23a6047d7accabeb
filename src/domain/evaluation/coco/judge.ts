import { type EvaluationGroup, fillCorners, outsideBits } from './group';
import { CROWD, ID_ZERO } from './input';

/** First bit of the level in a code; area ranges have the bits below. */
export const LEVEL_SHIFT = 16;

/** Judges the next detection of the current group; they come by descending score. */
export function judgeDetection(group: EvaluationGroup, detection: number): void {
  const { boxes } = group.detections;
  const { maxDetections } = group;
  const rank = group.rank++;
  while (group.levelNow < maxDetections.length && rank >= maxDetections[group.levelNow]) group.levelNow++;
  const level = group.levelNow;
  const outside = outsideBits(boxes[4 * detection + 2] * boxes[4 * detection + 3], group.areas);
  const ranked = level < maxDetections.length && group.truth < group.truthEnd;
  group.candidates = ranked ? findCandidates(group, detection) : 0;
  if (group.candidates === 0) group.code[detection] = outside | (level << LEVEL_SHIFT);
  else assign(group, detection, outside);
}

/** Assigns the detection to ground truth in every area range. */
function assign(group: EvaluationGroup, detection: number, outside: number): void {
  const slot = group.slots++;
  group.code[detection] = ~slot;
  group.level[slot] = group.levelNow;
  const areas = group.areas.low.length;
  for (let area = 0; area < areas; area++) {
    const place = slot * areas + area;
    group.lost = 0;
    const found = claim(group, area, group.allThresholds, 0);
    const ignored = claim(group, area, group.allThresholds & ~found, 1);
    group.hit[place] = found & ~group.lost;
    const unmatched = group.allThresholds & ~(group.hit[place] | ignored);
    group.ignored[place] = ((outside >> area) & 1) === 0 ? ignored : ignored | unmatched;
  }
}

/**
 * Assigns the detection, at the thresholds still open, to its best free ground truths, of those that count (0) or of
 * those that are ignored (1) in the area range; returns the thresholds at which it got one. A crowd can be matched any
 * number of times.
 */
function claim(group: EvaluationGroup, area: number, open: number, ignored: number): number {
  const { candidate, candidateMask, flags, truthIgnored, taken } = group;
  const areas = group.areas.low.length;
  let claimed = 0;
  for (let c = 0; c < group.candidates; c++) {
    const g = candidate[c];
    if (((truthIgnored[g] >> area) & 1) !== ignored) continue;
    const free = (flags[g] & CROWD) !== 0 ? -1 : ~taken[g * areas + area];
    const now = open & ~claimed & candidateMask[c] & free;
    taken[g * areas + area] |= now;
    claimed |= now;
    if ((flags[g] & ID_ZERO) !== 0 && ignored === 0) group.lost |= now;
  }
  return claimed;
}

/** Finds the ground truths of the group that the detection overlaps enough for the lowest threshold. */
function findCandidates(group: EvaluationGroup, detection: number): number {
  fillCorners(group.box, 0, group.detections.boxes, 4 * detection);
  const lowest = group.floors[0];
  let count = 0;
  for (let g = group.truth; g < group.truthEnd; g++) {
    const iou = iouWith(group, g);
    if (iou >= lowest) count = addCandidate(group, g, iou, count);
  }
  return count;
}

/** maskApi's bbIou: no +1, no epsilon; a crowd is judged by the detection's own area. */
function iouWith({ box, truthBoxes, flags }: EvaluationGroup, g: number): number {
  const at = 5 * g;
  const width = Math.min(box[2], truthBoxes[at + 2]) - Math.max(box[0], truthBoxes[at]);
  const height = Math.min(box[3], truthBoxes[at + 3]) - Math.max(box[1], truthBoxes[at + 1]);
  if (width <= 0 || height <= 0) return 0;
  const overlap = width * height;
  const union = (flags[g] & CROWD) !== 0 ? box[4] : box[4] + truthBoxes[at + 4] - overlap;
  return overlap / union;
}

/** Inserts before the first that does not have a greater IoU, so that among equals the later ground truth wins. */
function addCandidate(group: EvaluationGroup, g: number, iou: number, count: number): number {
  const { candidate, candidateIou, candidateMask } = group;
  let at = count;
  for (; at > 0 && candidateIou[at - 1] <= iou; at--) {
    candidate[at] = candidate[at - 1];
    candidateIou[at] = candidateIou[at - 1];
    candidateMask[at] = candidateMask[at - 1];
  }
  candidate[at] = g;
  candidateIou[at] = iou;
  candidateMask[at] = passedThresholds(group.floors, iou);
  return count + 1;
}

function passedThresholds(floors: Float64Array, iou: number): number {
  let mask = 0;
  for (let t = 0; t < floors.length && iou >= floors[t]; t++) mask |= 1 << t;
  return mask;
}
