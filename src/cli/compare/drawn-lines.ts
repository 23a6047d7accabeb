import type { DrawnDifference } from '../../domain/compare/draw-record';
import { judgeDifference } from '../../domain/compare/verdict';
import { metricNames } from '../../domain/run/task';
import type { DrawnCheckpoint } from '../../engine/compare/compare-draws';
import { score } from '../output/numbers';
import { formatTable } from '../output/table';
import { signed, span } from './lines';

export type DrawnPair = {
  readonly a: DrawnCheckpoint;
  readonly b: DrawnCheckpoint;
  readonly difference: DrawnDifference;
};

const VERDICTS = {
  first: 'A is better on images like these',
  second: 'B is better on images like these',
  neither: 'on images like these A and B cannot be told apart',
} as const;

/** A comparison of masks, poses, turned boxes or classes for people. */
export function drawnLines({ a, b, difference }: DrawnPair): string[] {
  const [metric] = metricNames(a.task);
  const columns = [{ title: '' }, { title: 'run' }, { title: 'epoch' }, { title: metric }];
  const row = (name: string, { dir, epoch, drawn }: DrawnCheckpoint) => [
    name,
    dir,
    String(epoch),
    score(drawn.map),
  ];
  const { difference: by, low, high } = difference;
  return [
    ...formatTable(columns, [row('A', a), row('B', b)]),
    '',
    `${VERDICTS[judgeDifference(difference)]}: ${metric} ${signed(by)} (95 %: ${span(low, high)})`,
    `judged by ${a.drawn.maps.length} draws; ${a.drawn.units} val images have labels`,
  ];
}

/** What other programs read. */
export function drawnReport({ a, b, difference }: DrawnPair) {
  const side = ({ dir, epoch, report, drawn }: DrawnCheckpoint) => ({
    run: dir,
    epoch,
    reported: report.map,
    map: drawn.map,
  });
  const { difference: map, low, high, probabilityBetter } = difference;
  return {
    task: a.task,
    metric: metricNames(a.task)[0],
    a: side(a),
    b: side(b),
    difference: { map, low, high, probabilityBetter, verdict: judgeDifference(difference) },
    replicates: a.drawn.maps.length,
  };
}
