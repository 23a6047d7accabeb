import { quoted, type Words, words } from '../../base/words';
import { boxesSentence } from '../../domain/compare/sentences';
import { withNames } from '../../domain/compare/sides';
import { formatMetric } from '../../domain/display/format';
import { METRIC_NAMES } from '../../domain/sweep/display';
import type { SweepFile } from '../../run/sweep';
import { leaderOf } from './best-curve';
import type { SweepReport, SweepVerdict } from './report';

/** What a sweep has found so far: the best trial of one that goes on, the verdict of one that has ended. */
export function bestSentences(report: SweepReport, asItStands = 'the file as it stands'): readonly Words[] {
  const { verdict, sweep } = report;
  return verdict ? verdictSentences(verdict, sweep.file, asItStands) : [bestSoFar(report)];
}

/** The best trial of a sweep, and whether it is better than the file as it stands, of which the reader's name is given. */
function verdictSentences(
  { best, against, chosenFrom }: SweepVerdict,
  { metric }: Pick<SweepFile, 'metric'>,
  asItStands: string,
): readonly Words[] {
  const { epoch = 0, value = Number.NaN } = best.best ?? {};
  const lead = words(
    'best: {0}, {1} {2} at epoch {3}',
    best.name,
    METRIC_NAMES[metric],
    formatMetric(value),
    epoch,
  );
  if (against === undefined) return [words('{0}: no trial is better than {1}', lead, asItStands)];
  const names = { a: asItStands, b: best.name };
  if (against.kind === 'absent')
    return [lead, words('it is not compared with {0}: {1}', asItStands, quoted(against.why))];
  if (against.kind === 'refused')
    return [lead, words('it is not compared with {0}: {1}', asItStands, withNames(against.why, names))];
  const limits = words(
    '{0}; the limits are those of the best of {1} trials',
    boxesSentence(against, names),
    chosenFrom,
  );
  return [
    lead,
    metric === 'map'
      ? limits
      : words('by {0}, not by {1}: {2}', METRIC_NAMES.map, METRIC_NAMES[metric], limits),
  ];
}

/** The highest so far, of a sweep that goes on. */
function bestSoFar(report: SweepReport): Words {
  const { name, best } = leaderOf(report) ?? {};
  if (!name || !best)
    return report.ended ? words('no trial has a result') : words('no trial has a result yet');
  return words(
    'best so far: {0}, {1} {2} at epoch {3}',
    name,
    METRIC_NAMES[report.sweep.file.metric],
    formatMetric(best.value),
    best.epoch,
  );
}
