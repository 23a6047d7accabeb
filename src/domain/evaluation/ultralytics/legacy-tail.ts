import type { Scored } from '../scored';

const RECALL_STEPS = 100;

/**
 * What the AP rule before 8.4.37 adds to a class's AP at each threshold: beyond the last recall the curve went straight
 * from the precision of all detections to 0 at recall 1.
 */
export function legacyTail(scored: Scored, classIndex: number, labels: number): Float64Array {
  const [start, end] = [scored.start[classIndex], scored.start[classIndex + 1]];
  return Float64Array.from({ length: scored.thresholds }, (_, t) => {
    let hits = 0;
    for (let i = start; i < end; i++) hits += (scored.hit[i] >> t) & 1;
    return hits === 0 ? 0 : tailArea(hits / labels, hits / (end - start));
  });
}

/** The part of the trapezoid sum over 101 recalls that lies at or beyond `recall`. */
function tailArea(recall: number, precision: number): number {
  let sum = 0;
  for (let i = 0; i < RECALL_STEPS; i++) {
    const x = i * (1 / RECALL_STEPS);
    if (x >= recall) sum += (precision * (1 - x)) / (1 - recall) / RECALL_STEPS;
  }
  return sum;
}
