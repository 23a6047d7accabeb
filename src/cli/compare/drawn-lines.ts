import { inEnglish } from '../../base/words';
import { judgeDifference } from '../../domain/compare/verdict';
import { drawnSentences } from '../../domain/compare/verdict-sentences';
import { SAMPLING_ONLY } from '../../domain/compare/warnings';
import type { DrawnCompared } from '../../engine/compare/compare-runs';
import type { DrawnCheckpoint } from '../../engine/compare/evidence';
import { score } from '../output/numbers';
import type { Style } from '../output/style';
import { formatTable } from '../output/table';
import { NAMES, signed, spread } from './lines';

/** A comparison of masks, poses, turned boxes or classes for people. */
export function drawnLines(compared: DrawnCompared, style: Style): string[] {
  const { a, b, metric, difference } = compared;
  const columns = [{ title: '' }, { title: 'run' }, { title: 'epoch' }, { title: metric }];
  const row = (name: string, { dir, epoch, drawn }: DrawnCheckpoint) => [
    name,
    dir,
    String(epoch),
    score(drawn.map),
  ];
  const by = `B - A  ${metric} ${style.bold(signed(difference.difference))}  ${spread(difference)}`.trimEnd();
  const sentences = drawnSentences(compared, NAMES).map((sentence) => inEnglish(sentence));
  return [
    ...formatTable(columns, [row('A', a), row('B', b)]),
    '',
    ...(compared.isSame ? sentences : [by, ...sentences.map((sentence) => `       ${sentence}`)]),
    '',
    style.dim(inEnglish(SAMPLING_ONLY)),
  ];
}

/** What other programs read. */
export function drawnReport({ a, b, metric, difference, draws, recipes, isSame }: DrawnCompared) {
  const side = ({ dir, epoch, report, drawn }: DrawnCheckpoint) => ({
    run: dir,
    epoch,
    reported: report.map,
    map: drawn.map,
  });
  const { difference: map, low, high, probabilityBetter } = difference;
  return {
    task: a.task,
    metric,
    a: side(a),
    b: side(b),
    difference: { map, low, high, probabilityBetter, verdict: judgeDifference(difference) },
    sameCheckpoint: isSame,
    recipes,
    replicates: draws.count,
  };
}
