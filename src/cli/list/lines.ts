import { createTranslate } from '../../base/translate';
import { formatAgo } from '../../domain/display/format';
import { shortMetric } from '../../domain/run/task';
import { shownCell } from '../../domain/runs-table/row';
import type { RunSummary } from '../../engine/runs/list-runs';
import type { SweepSummary } from '../../engine/sweep/sweep-folder';
import { isRangeTest } from '../../run/kind';
import { knownTime } from '../../run/times';
import { judgedCells } from '../compare/lines';
import { score } from '../output/numbers';
import { cut, formatTable, type TableColumn } from '../output/table';
import type { ListedGroup, ListedRow, ListView } from './view';

/** A list of runs for people; under a heading for each value if they are grouped. */
export function listLines(view: ListView): string[] {
  if (view.rows.length === 0) return ['no runs'];
  const [titles, ...lines] = formatTable(
    [...columnsOf(view), ...(view.hasBaseline ? DIFFERENCE : [])],
    view.rows.map((one) => [...cellsOf(one, view), ...(view.hasBaseline ? differenceCells(one) : [])]),
  );
  const { groups } = view;
  if (groups === undefined) return [titles, ...lines];
  let at = 0;
  const grouped = groups.each.flatMap((one) => {
    const start = at;
    at += one.shown;
    return [headingOf(groups.key, one), ...lines.slice(start, at)];
  });
  return [titles, ...grouped];
}

/** A line before the first run of a group: the value, how many runs have it, and the best of them. */
function headingOf(key: string, { value, count, shown, best }: ListedGroup): string {
  const highest = best === undefined ? '' : `, best ${score(best)}`;
  const some = shown < count ? `, ${shown} shown` : '';
  return `${key} ${value === '' ? '-' : cut(value)}: ${count} ${count === 1 ? 'run' : 'runs'}${some}${highest}`;
}

const USUAL: readonly TableColumn[] = [
  { title: 'run' },
  { title: 'state' },
  { title: 'epoch', align: 'right' },
  { title: 'best mAP50-95', align: 'right' },
  { title: 'at', align: 'right' },
  { title: 'started' },
  { title: '' },
];

const SWEEP: readonly TableColumn[] = [
  { title: 'sweep' },
  { title: 'state' },
  { title: 'trials', align: 'right' },
  { title: 'best', align: 'right' },
  { title: 'trial' },
  { title: 'started' },
];

/** Sweeps below the runs, each as one entry. */
export function sweepListLines(sweeps: readonly SweepSummary[]): string[] {
  if (sweeps.length === 0) return [];
  const cells = sweeps.map(({ sweep, state, done, best }) => [
    ...[sweep.name, state === 'left' ? 'not ended, goes on with pitwall sweep' : state],
    `${done}/${sweep.file.trials.length}`,
    score(best?.value),
    best?.name ?? '',
    startedText(sweep.file.created),
  ]);
  return formatTable(SWEEP, cells);
}

const DIFFERENCE: readonly TableColumn[] = [
  { title: 'difference to baseline', align: 'right' },
  { title: 'all 95 %', align: 'right' },
  { title: '' },
];

function columnsOf({ columns, rows }: ListView): readonly TableColumn[] {
  const isNumber = (key: string): boolean => rows.some(({ row }) => typeof row.get(key) === 'number');
  return columns?.map((key) => ({ title: key, align: isNumber(key) ? 'right' : 'left' })) ?? USUAL;
}

function cellsOf(one: ListedRow, { columns }: ListView): string[] {
  const reader = { now: Date.now(), t: createTranslate() };
  return columns?.map((key) => shownCell(key, one.row.get(key), reader)) ?? usualCells(one);
}

type Best = NonNullable<NonNullable<ListedRow['summary']['status']>['progress']>['best'];

/** Whose number it is, and of what if not of boxes. */
const notesOf = (best: Best): string[] => [
  ...(best?.own ? ['(its own)'] : []),
  ...(best?.task === undefined ? [] : [`(${shortMetric(best.task)})`]),
];

function usualCells({ summary }: ListedRow): string[] {
  const { name, run, presence, status, meta } = summary;
  const { epoch = 0, epochs = run.experiment.resolved.epochs, best, unlabelled } = status?.progress ?? {};
  return [
    meta.title === undefined ? name : `${meta.title} (${name})`,
    isRangeTest(run) ? `LR test ${presence.state}` : presence.state,
    epochs === 0 ? String(epoch) : `${epoch}/${epochs}`,
    unlabelled ? 'no labels' : [score(best?.map), ...notesOf(best)].join(' '),
    best ? String(best.epoch) : '',
    startedText(run.created),
    remarks(summary).join('; '),
  ];
}

function startedText(created: number): string {
  const known = knownTime(created);
  return known === undefined ? 'unknown' : formatAgo((Date.now() - known) / 1000, createTranslate());
}

/** Whose it is, what is odd about it, and what its user wrote on it. */
function remarks({ own, presence, meta }: RunSummary): string[] {
  const tags = (meta.tags ?? []).map((tag) => `#${tag}`).join(' ');
  const all = [own ? undefined : 'not yours', presence.note, tags, ...firstLine(meta.notes)];
  return all.filter((one) => one !== undefined).filter((one) => one !== '');
}

const MOST_LETTERS = 60;

function firstLine(notes = ''): string[] {
  const [line] = notes.split('\n');
  if (line === '') return [];
  return [line.length > MOST_LETTERS ? `${line.slice(0, MOST_LETTERS - 1)}…` : line];
}

function differenceCells({ difference }: ListedRow): string[] {
  if (difference === 'baseline') return ['', '', 'baseline'];
  if (difference === 'another task') return ['-', '', difference];
  if (!difference) return ['-', '', 'not on the same draws'];
  return judgedCells(difference.difference, difference);
}
