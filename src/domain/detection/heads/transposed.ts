import type { CandidateList } from '../candidates';
import { type Head, type OutputView, type ScanOptions, toCorners } from './head';

/**
 * Ultralytics v8 and later: (4 + classes [+ extra], anchors). Box centre and size in input pixels, class scores through
 * the sigmoid already, no objectness.
 */
export function transposedHead(shape: { classes: number; anchors: number; channels: number }): Head {
  const { classes, anchors, channels } = shape;
  return {
    kind: 'v8',
    classes,
    anchors,
    size: channels * anchors,
    finished: false,
    bestClassOnly: false,
    scan: (view, options, found) => {
      if (options.multiLabel && classes > 1) scanAll(view, options.conf, { classes, anchors }, found);
      else scanBest(view, options, { classes, anchors }, found);
    },
    readBox: ({ data, start }, anchor, out) => {
      for (let i = 0, at = start + anchor; i < 4; i++, at += anchors) out[i] = data[at];
      toCorners(out);
    },
  };
}

type Grid = { readonly classes: number; readonly anchors: number };

/** By class, since the scores of a class are contiguous. */
function scanAll({ data, start }: OutputView, conf: number, grid: Grid, found: CandidateList): void {
  const { classes, anchors } = grid;
  for (let c = 0, at = start + 4 * anchors; c < classes; c++) {
    for (let a = 0; a < anchors; a++, at++) {
      const score = data[at];
      if (score > conf) found.add(a, c, score);
    }
  }
}

function scanBest(
  { data, start }: OutputView,
  { conf }: ScanOptions,
  grid: Grid,
  found: CandidateList,
): void {
  const { classes, anchors } = grid;
  for (let a = 0; a < anchors; a++) {
    let best = 0;
    const at = start + 4 * anchors + a;
    for (let c = 1; c < classes; c++) if (data[at + c * anchors] > data[at + best * anchors]) best = c;
    const score = data[at + best * anchors];
    if (score > conf) found.add(a, best, score);
  }
}
