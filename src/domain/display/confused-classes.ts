import type { ConfusionCell, ConfusionMatrix } from '../evaluation/confusion';

/**
 * Printed in the place of a class for the matrix's background, in the terminal and in CSV. In brackets and not
 * called background, as in Ultralytics: a class may have that name.
 */
export const MISSED = '(missed)';
export const FALSE_ALARM = '(false alarm)';

/** A matrix, ready to be looked up; `background` is the index after those of the classes. */
export type ConfusionView = {
  readonly background: number;
  /** Classes in which anything was counted, those first that are confused most with others, then those with most other mistakes. */
  readonly order: readonly number[];
  /** How many of `order`, from the first on, were taken for another class or another class for them. */
  readonly confused: number;
  readonly count: (predicted: number, truth: number) => number;
  /** All that is truly of a class. */
  readonly total: (truth: number) => number;
  /** Of all that is truly of that class: what Ultralytics' normalized matrix shows; 0 if there is nothing of it. */
  readonly share: (predicted: number, truth: number) => number;
};

export function viewConfusion({ classes, cells }: ConfusionMatrix): ConfusionView {
  const columns = new Map<number, number>();
  const counts = new Map<string, number>();
  const tallies = new Map<number, Mistakes>();
  for (const cell of cells) {
    columns.set(cell.truth, (columns.get(cell.truth) ?? 0) + cell.count);
    counts.set(`${cell.predicted} ${cell.truth}`, cell.count);
    for (const c of new Set([cell.predicted, cell.truth])) if (c < classes) addTo(tallies, c, cell, classes);
  }
  const ranked = [...tallies].sort(([a, x], [b, y]) => y.others - x.others || y.missed - x.missed || a - b);
  const count = (predicted: number, truth: number): number => counts.get(`${predicted} ${truth}`) ?? 0;
  const total = (truth: number): number => columns.get(truth) ?? 0;
  return {
    background: classes,
    order: ranked.map(([c]) => c),
    confused: ranked.filter(([, { others }]) => others > 0).length,
    count,
    total,
    share: (predicted, truth) => count(predicted, truth) / Math.max(1, total(truth)),
  };
}

/** Mistakes of a class: with other classes, and with background. */
type Mistakes = { others: number; missed: number };

function addTo(tallies: Map<number, Mistakes>, c: number, cell: ConfusionCell, background: number): void {
  const tally = tallies.get(c) ?? { others: 0, missed: 0 };
  tallies.set(c, tally);
  if (cell.predicted === cell.truth) return;
  tally[mistakeOf(cell, background) === 'confused' ? 'others' : 'missed'] += cell.count;
}

/** What is worst in a matrix, and how much there is of each kind of mistake. */
export type WorstConfusions = {
  /** Most first. */
  readonly worst: readonly ConfusionCell[];
  /** Cells with mistakes that are not among `worst`. */
  readonly more: number;
  readonly totals: Readonly<Record<Mistake, number>>;
};

type Mistake = 'confused' | 'missed' | 'falseAlarm';

/**
 * At most so many mistakes, of each kind its largest in turn: of many classes the largest are missed labels and false
 * alarms, and by the count alone no class that is taken for another one would be seen.
 */
export function worstConfusions({ classes, cells }: ConfusionMatrix, most: number): WorstConfusions {
  const totals = { confused: 0, missed: 0, falseAlarm: 0 };
  const ranks = { confused: 0, missed: 0, falseAlarm: 0 };
  const ranked = cells
    .filter(({ predicted, truth }) => predicted !== truth)
    .sort((a, b) => b.count - a.count)
    .map((cell) => {
      const kind = mistakeOf(cell, classes);
      totals[kind] += cell.count;
      return { cell, rank: ranks[kind]++ };
    });
  const worst = ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ cell }) => cell)
    .sort((a, b) => b.count - a.count);
  return { worst, more: ranked.length - worst.length, totals };
}

function mistakeOf({ predicted, truth }: ConfusionCell, background: number): Mistake {
  if (predicted === background) return 'missed';
  return truth === background ? 'falseAlarm' : 'confused';
}
