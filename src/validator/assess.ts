import { BadInputError } from '../base/bad-input';
import { problemWords } from '../base/problem';
import { type Words, words } from '../base/words';
import type { AssessParams, ValidateResult } from '../protocol/validator';
import { measuredOf } from '../run/measured';
import { reportOf, type ValidationOutcome } from './report';
import { judgedSetOf } from './val-set/judged-set';
import { readRecorded } from './val-set/recorded';
import { readSplit } from './val-split';
import type { WarmState } from './warm';
import { writeDetections } from './write-detections';

const MOST_UNKNOWN = 3;

/** Everything that Pitwall reports about a checkpoint, from the detections and numbers of Ultralytics' own validation. */
export async function assess(warm: WarmState, params: AssessParams): Promise<ValidateResult> {
  const start = performance.now();
  const split = await readSplit(params, warm.knownImages(JSON.stringify([params.data, params.split])));
  const { results: found, unknown } = await readRecorded(params.recorded, split.images);
  if (found.length === 0)
    throw new BadInputError(words('{0}: none of its images was validated', params.data));
  const results = params.single_cls
    ? found.map((result) => ({ ...result, class: new Uint16Array(result.class.length) }))
    : found;
  const most = results.reduce(
    (max, r) => r.class.reduce((m, c) => Math.max(m, c + 1), max),
    split.names.length,
  );
  const side = Math.max(...results.map(({ placement: { input } }) => Math.max(input.width, input.height)));
  const { device, half, batch, inference, seconds, own } = params;
  const outcome: ValidationOutcome = {
    params,
    split,
    model: { device, half, input: { width: side, height: side }, names: undefined },
    results,
    classes: params.single_cls ? 1 : most,
    batch,
    skipped: split.images.length - results.length,
  };
  const report = reportOf(outcome, { start, load: 0, run: seconds, inference });
  const set = await judgedSetOf(split, results, warm.digests);
  if (params.det !== undefined) await writeDetections(params.det, outcome, { ...set, hashes: warm.hashes });
  const total = report.seconds.total + seconds;
  return {
    report: measuredOf({
      ...report,
      ...own,
      imgsz: params.imgsz,
      engine: 'ultralytics',
      seconds: { ...report.seconds, total },
    }),
    fingerprint: set.fingerprint,
    problems: [...split.problems.map(problemWords), ...unknownLines(unknown)],
  };
}

function unknownLines(unknown: readonly string[]): Words[] {
  const named = unknown
    .slice(0, MOST_UNKNOWN)
    .map((file) => words('{0}: validated by Ultralytics, but not in the val split', file));
  return unknown.length > MOST_UNKNOWN
    ? [...named, words('{0} more like these', unknown.length - MOST_UNKNOWN)]
    : named;
}
