import { inEnglish } from '../../base/words';
import { withNames } from '../../domain/compare/sides';
import { metricNames } from '../../domain/run/task';
import type { ManyCompared, OneOfMany } from '../../engine/compare/compare-many';

/** Several runs for other programs: fields may be added, these stay. */
export function manyReport({ task, runs, baseline, best, settings, environment }: ManyCompared) {
  const dirOf = (i: number): string => runs[i].dir;
  return {
    task: task ?? null,
    metric: metricNames(task)[0],
    baseline: dirOf(baseline),
    runs: runs.map((run) => ({
      run: run.dir,
      name: run.name,
      reported: run.reported ?? null,
      valSet: run.fingerprint ?? null,
      difference: differenceOf(run.against, run.name),
    })),
    comparisons: runs.filter(({ against }) => against.kind === 'judged').length,
    best: best ? { ...best, run: dirOf(best.best), undecided: best.undecided.map(dirOf) } : null,
    settings,
    environment,
  };
}

/** Null of the baseline itself; `refused` says why there is none. */
function differenceOf(against: OneOfMany['against'], name: string) {
  if (against.kind === 'baseline') return null;
  if (against.kind === 'absent') return { refused: against.why };
  if (against.kind === 'refused')
    return { refused: inEnglish(withNames(against.why, { a: 'the baseline', b: name })) };
  const { map, low, high, verdict, said, warnings } = against;
  return { map, low, high, verdict, footing: said.map(inEnglish), warnings: warnings.map(inEnglish) };
}
