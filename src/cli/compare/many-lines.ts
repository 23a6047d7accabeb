import path from 'node:path';
import { inEnglish } from '../../base/words';
import { recipesOfMany } from '../../domain/compare/recipes-of-many';
import { bestSentence } from '../../domain/compare/sentences';
import { withNames } from '../../domain/compare/sides';
import { SAMPLING_ONLY } from '../../domain/compare/warnings';
import { metricNames } from '../../domain/run/task';
import {
  type Differences,
  groundsOf,
  type ManyCompared,
  type OneOfMany,
  trainingSeconds,
} from '../../engine/compare/compare-many';
import type { DifferingSetting } from '../../run/settings-of';
import { score, seconds } from '../output/numbers';
import type { Style } from '../output/style';
import { formatTable, type TableColumn } from '../output/table';
import { judgedCells } from './lines';

const right = (title: string): TableColumn => ({ title, align: 'right' });

/** Several runs for people: metrics with the difference to the baseline, which may be best, and what distinguishes them. */
export function manyLines(compared: ManyCompared, style: Style): string[] {
  return [
    ...metricsTable(compared),
    '',
    ...judgedHow(compared),
    ...bestLine(compared, style),
    ...refusals(compared),
    ...recipesOf(compared),
    ...cautions(compared, style),
    ...differenceLines(compared),
  ];
}

function metricsTable({ runs, baseline, task }: ManyCompared): string[] {
  const base = letterOf(baseline);
  const names = metricNames(task).filter((name) => name !== '');
  const columns = ['epoch', ...names, 'time', `difference to ${base}`].map(right);
  const titles = [{ title: '' }, { title: 'run' }, ...columns, { title: 'all 95 %' }, { title: '' }];
  return formatTable(
    titles,
    runs.map((run, i) => [letterOf(i), ...metricCells(run, names.length), ...againstCells(run.against)]),
  );
}

function metricCells({ name, state, reported }: OneOfMany, metrics: number): string[] {
  const { epoch, map, map50, precision, recall, own } = reported ?? {};
  return [
    name,
    epoch === undefined ? '-' : String(epoch),
    `${score(map)}${own ? ' (its own)' : ''}`,
    ...[map50, precision, recall].slice(0, metrics - 1).map(score),
    seconds(trainingSeconds(state) ?? Number.NaN),
  ];
}

function againstCells(against: OneOfMany['against']): string[] {
  if (against.kind === 'baseline') return ['', '', 'baseline'];
  if (against.kind !== 'judged') return ['-', '', 'not compared'];
  return judgedCells(against.map, against);
}

function judgedHow({ runs, baseline }: ManyCompared): string[] {
  const count = runs.filter(({ against }) => against.kind === 'judged').length;
  if (count === 0) return [];
  const together =
    count === 1 ? '' : `; the ${count} intervals hold together, as corrected for ${count} comparisons`;
  return [
    `differences to ${letterOf(baseline)}, on images like these${together}`,
    ...groundsOf({ runs }).grounds.map(inEnglish),
  ];
}

function bestLine({ runs, best }: ManyCompared, style: Style): string[] {
  if (!best) return [];
  const others = best.undecided.filter((i) => i !== best.best).map(letterOf);
  const which = others.length > 0 ? ` (${others.join(', ')})` : '';
  return [
    `highest: ${letterOf(best.best)} ${style.bold(runs[best.best].name)}; ${inEnglish(bestSentence(best))}${which}`,
  ];
}

/** As for a pair, if anything was compared. */
function cautions({ runs }: ManyCompared, style: Style): string[] {
  if (!runs.some(({ against }) => against.kind === 'judged')) return [];
  const warnings = groundsOf({ runs }).warnings.map((warning) => `warning: ${inEnglish(warning)}`);
  return [...warnings, style.dim(inEnglish(SAMPLING_ONLY))];
}

function refusals({ runs, baseline }: ManyCompared): string[] {
  return runs.flatMap(({ against }, i) => {
    const names = { a: letterOf(baseline), b: letterOf(i) };
    if (against.kind === 'refused')
      return [`${names.b} is not compared: ${inEnglish(withNames(against.why, names))}`];
    if (against.kind === 'judged')
      return against.said.map((said) => `note: ${inEnglish(withNames(said, names))}`);
    return against.kind === 'absent' ? [`${names.b} is not compared: ${against.why}`] : [];
  });
}

function recipesOf({ runs, baseline }: ManyCompared): string[] {
  const lettered = runs.map(({ recipes }, i) => ({ name: letterOf(i), recipes }));
  return recipesOfMany(lettered, letterOf(baseline)).map(inEnglish);
}

/** A name for each column: A, B, C ... */
const letterOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/** What distinguishes how runs were made, a row each. */
export function differenceLines({ settings, environment }: Differences): string[] {
  return [...table('settings', settings), ...table('environment', environment)];
}

function table(title: string, rows: readonly DifferingSetting[]): string[] {
  if (rows.length === 0) return ['', `${title}: the same`];
  const letters = rows[0].values.map((_, i) => ({ title: letterOf(i) }));
  const cells = rows.map(({ key, values }) => [key, ...values.map((value) => shortened(value ?? '-'))]);
  return ['', ...formatTable([{ title }, ...letters], cells)];
}

const MOST_LETTERS = 40;

/** The end of a path distinguishes it from others. */
function shortened(value: string): string {
  const text = path.isAbsolute(value) ? value.split(/[/\\]/).slice(-2).join('/') : value;
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;
}

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
      recipes: run.recipes ?? null,
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
