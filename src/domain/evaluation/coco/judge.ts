import { type Group, outsideBits } from './group';
import { CROWD, ID_ZERO } from './input';

/** Where the level starts in a code; area ranges have the bits below. */
export const LEVEL_SHIFT = 16;

/** Judges the detections of one image and category, best score first. */
export function judgeGroup(group: Group, byImage: Uint32Array): void {
  const { maxDetections } = group.params;
  const last = maxDetections[maxDetections.length - 1];
  const { detection, detectionEnd } = group;
  let level = 0;
  for (let i = detection; i < detectionEnd; i++) {
    const rank = i - detection;
    while (level < maxDetections.length && rank >= maxDetections[level]) level++;
    group.candidates = rank < last && group.truth < group.truthEnd ? findCandidates(group, byImage[i]) : 0;
    judgeDetection(group, byImage[i], level);
  }
}

function judgeDetection(group: Group, detection: number, level: number): void {
  const { boxes } = group.detections;
  const outside = outsideBits(boxes[4 * detection + 2] * boxes[4 * detection + 3], group.params);
  if (group.candidates === 0) {
    group.code[detection] = outside | (level << LEVEL_SHIFT);
    return;
  }
  const slot = group.slots++;
  group.code[detection] = ~slot;
  group.level[slot] = level;
  const areas = group.params.areas.length;
  for (let area = 0; area < areas; area++) assign(group, slot * areas + area, area, (outside >> area) & 1);
}

/**
 * Gives the detection, at each threshold still open, to its best free ground truth: those that count first, then the
 * ignored ones. A crowd is never used up.
 */
function assign(group: Group, place: number, area: number, outside: number): void {
  const { candidates, candidate, candidateMask, flags, truthIgnored, taken } = group;
  const areas = group.params.areas.length;
  let open = group.allThresholds;
  let hit = 0;
  let lost = 0;
  for (let c = 0; c < candidates; c++) {
    const g = candidate[c];
    if (((truthIgnored[g] >> area) & 1) !== 0) continue;
    const now = open & candidateMask[c] & ~taken[g * areas + area];
    taken[g * areas + area] |= now;
    open &= ~now;
    if ((flags[g] & ID_ZERO) === 0) hit |= now;
    else lost |= now;
  }
  const ignored = assignIgnored(group, area, open);
  group.hit[place] = hit;
  group.ignored[place] = outside === 0 ? ignored : ignored | (open & ~ignored) | lost;
}

function assignIgnored(group: Group, area: number, stillOpen: number): number {
  const { candidates, candidate, candidateMask, flags, truthIgnored, taken } = group;
  const areas = group.params.areas.length;
  let open = stillOpen;
  let ignored = 0;
  for (let c = 0; c < candidates; c++) {
    const g = candidate[c];
    if (((truthIgnored[g] >> area) & 1) === 0) continue;
    const free = (flags[g] & CROWD) !== 0 ? -1 : ~taken[g * areas + area];
    const now = open & candidateMask[c] & free;
    taken[g * areas + area] |= now;
    open &= ~now;
    ignored |= now;
  }
  return ignored;
}

/** Finds the ground truths of the group that the detection overlaps enough for the lowest threshold. */
function findCandidates(group: Group, detection: number): number {
  const { boxes } = group.detections;
  const { box } = group;
  box[0] = boxes[4 * detection];
  box[1] = boxes[4 * detection + 1];
  box[2] = boxes[4 * detection + 2] + box[0];
  box[3] = boxes[4 * detection + 3] + box[1];
  box[4] = boxes[4 * detection + 2] * boxes[4 * detection + 3];
  const lowest = group.floors[0];
  let count = 0;
  for (let g = group.truth; g < group.truthEnd; g++) {
    const iou = iouWith(group, g);
    if (iou >= lowest) count = addCandidate(group, g, iou, count);
  }
  return count;
}

/** maskApi's bbIou: no +1, no epsilon; a crowd is judged by the detection's own area. */
function iouWith({ box, truthBoxes, flags }: Group, g: number): number {
  const at = 5 * g;
  const width = Math.min(box[2], truthBoxes[at + 2]) - Math.max(box[0], truthBoxes[at]);
  const height = Math.min(box[3], truthBoxes[at + 3]) - Math.max(box[1], truthBoxes[at + 1]);
  if (width <= 0 || height <= 0) return 0;
  const overlap = width * height;
  const union = (flags[g] & CROWD) !== 0 ? box[4] : box[4] + truthBoxes[at + 4] - overlap;
  return overlap / union;
}

/** Inserts in front of what has no greater IoU, so that among equals the later ground truth wins. */
function addCandidate(group: Group, g: number, iou: number, count: number): number {
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
