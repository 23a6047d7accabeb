import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Words, words } from '../../base/words';
import { type Breakdown, breakDown, type ReportedAps, withReported } from '../../domain/evaluation/breakdown';
import { UNNAMED_MATCHING } from '../../domain/evaluation/ultralytics/match';
import { metricNames } from '../../domain/run/task';
import type { DetectionsFile } from '../../run/detections-file';
import type { RunState } from '../../run/state';
import { taskOfRun } from '../compare/evidence';
import { whyNoDetections } from '../compare/run-detections';
import { type KeptDetections, readKept } from './worst-images';

/** Plain data, so that a thread of its own can do it: half a million detections take seconds. */
export type BreakdownRequest = {
  readonly dir: string;
  /** In the order in which they are tried. */
  readonly kept: readonly KeptDetections[];
};

export type CheckpointBreakdown = Breakdown & { readonly epoch: number };

/** Of the first checkpoint whose detections can be read. */
export async function breakdownOf({ dir, kept }: BreakdownRequest): Promise<CheckpointBreakdown | undefined> {
  const read = await readKept(dir, kept);
  return read && { epoch: read.at.epoch, ...breakdownOfFile(read.file, read.at.reported) };
}

/** `reported`: of the same checkpoint, if it is known. */
export function breakdownOfFile(
  { header, truth, detections }: DetectionsFile,
  reported: ReportedAps | undefined,
): Breakdown {
  const { conf, matching = UNNAMED_MATCHING } = header.rule;
  const how = { names: header.classes, sizes: header.sizes, conf, matching };
  const found = breakDown(truth, detections, how);
  return reported && reported.perClass.length > 0 ? withReported(found, reported) : found;
}

/** Why there is none, in one sentence. */
export function whyNoBreakdown(state: RunState): Words {
  const task = taskOfRun(state);
  if (task !== undefined && task !== 'detect')
    return words(
      'Confusions, curves and sizes are made of boxes with their scores, which are kept of detectors that Pitwall judges; this run has {0}.',
      metricNames(task)[0],
    );
  const hasNumbers = state.validations.size > 0 || state.epochs.some(({ metrics }) => metrics !== undefined);
  return hasNumbers
    ? whyNoDetections(state)
    : words('There are no confusions, curves and sizes before the first validation.');
}

/** Results that are kept at once: one of 80 classes is 2 MB. */
const MOST_KEPT = 4;

export type Breakdowns = {
  of(request: BreakdownRequest): Promise<CheckpointBreakdown | undefined>;
};

/** Each checkpoint is judged once, as long as its file stays as it is. `judge` does it, in a thread that it may hold up. */
export function createBreakdowns(
  judge: (request: BreakdownRequest) => Promise<CheckpointBreakdown | undefined>,
): Breakdowns {
  const known = new Map<string, Promise<CheckpointBreakdown | undefined>>();
  return {
    async of(request) {
      const key = await keyOf(request);
      const found = known.get(key) ?? judge(request);
      // The one that was asked for last is forgotten last.
      known.delete(key);
      known.set(key, found);
      for (const old of [...known.keys()].slice(0, -MOST_KEPT)) known.delete(old);
      found.catch(() => known.delete(key));
      return found;
    },
  };
}

/** The files that may be read, as they are now. */
async function keyOf({ dir, kept }: BreakdownRequest): Promise<string> {
  const parts = await Promise.all(
    kept.map(async ({ det }) => {
      const found = await stat(path.join(dir, det)).catch(() => undefined);
      return found && [det, found.mtimeMs, found.size].join(' ');
    }),
  );
  return `${dir} ${parts.find((part) => part !== undefined)}`;
}
