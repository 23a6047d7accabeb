import { type ConfusionView, viewConfusion } from '../../src/domain/display/confused-classes';
import { formatCount, formatPercent } from '../../src/domain/display/format';
import type { Breakdown } from '../../src/domain/evaluation/breakdown';
import type { ConfusedPair } from '../../src/domain/evaluation/confusion';
import { h, keyed, setText } from '../base/dom';
import { t } from '../base/strings';
import { button } from '../controls/toolkit';

/** As many as a page 540 px wide shows; of more classes those that are confused most. */
const FEW = 10;
/** A matrix of 1,000 classes would be a million elements; the CSV has all of them. */
const MOST = 100;
/** A darker cell would hide its number. */
const DARKEST_PERCENT = 35;

export type MatrixActions = {
  /** A cell was chosen: the sentence says what it counts. */
  readonly onPick: (pair: ConfusedPair, sentence: string) => void;
};

/** Predicted classes by true ones, as counts or as shares of what is true. */
export function createConfusion({ onPick }: MatrixActions): {
  readonly element: HTMLElement;
  show(breakdown: Breakdown): void;
} {
  let shown: { readonly breakdown: Breakdown; readonly view: ConfusionView } | undefined;
  let isWhole = false;
  let isShare = false;
  const note = h('p', { class: 'quiet' });
  const table = h('div', { class: 'matrix-scroll' });
  const bar = h('div', { class: 'matrix-bar' });
  const redraw = (): void => {
    if (!shown) return;
    const { breakdown, view } = shown;
    setText(note, noteOf(breakdown));
    const classes = shownClasses(breakdown, view, isWhole);
    keyed(bar, JSON.stringify([isWhole, isShare, breakdown.names.length, classes.length]), () => [
      button({
        label: isShare ? t('Show counts') : t('Show shares of what is true'),
        focusKey: 'matrix-share',
        onClick: () => {
          isShare = !isShare;
          redraw();
        },
      }),
      ...(view.order.length > FEW ? [wholeButton(view.order.length)] : []),
      h('span', { class: 'quiet' }, t('{0} of {1} classes', classes.length, breakdown.names.length)),
    ]);
    table.replaceChildren(matrixTable({ breakdown, view, classes, isShare, onPick }));
  };
  const wholeButton = (all: number): HTMLElement =>
    button({
      label: isWhole
        ? t('Show only the classes that are confused most')
        : t('Show all ({0})', formatCount(Math.min(all, MOST))),
      focusKey: 'matrix-whole',
      onClick: () => {
        isWhole = !isWhole;
        redraw();
      },
    });
  return {
    element: h('div', {}, note, bar, table),
    show(breakdown) {
      shown = { breakdown, view: viewConfusion(breakdown.confusion) };
      redraw();
    },
  };
}

function noteOf({ confusion: { confidence, iou } }: Breakdown): string {
  return t(
    'Rows: predicted, columns: true; from confidence {0} and IoU {1} on, as Ultralytics counts. The last row are missed labels, the last column false alarms. Enter or a click on a number shows its images.',
    confidence,
    iou,
  );
}

/** In the order of the val set as long as all of them are shown. */
function shownClasses({ names }: Breakdown, { order, confused }: ConfusionView, isWhole: boolean): number[] {
  if (names.length <= FEW) return names.map((_, c) => c);
  if (isWhole || order.length <= FEW) return order.slice(0, MOST);
  return order.slice(0, Math.min(FEW, Math.max(confused, 2)));
}

type Matrix = {
  readonly breakdown: Breakdown;
  readonly view: ConfusionView;
  readonly classes: readonly number[];
  readonly isShare: boolean;
} & MatrixActions;

function matrixTable(matrix: Matrix): HTMLElement {
  const { breakdown, view, classes } = matrix;
  const all = [...classes, view.background];
  const head = (truth: number): HTMLElement => {
    const name = breakdown.names[truth] ?? t('false alarm');
    return h('th', { scope: 'col', title: name }, h('span', {}, name));
  };
  const row = (predicted: number): HTMLElement => {
    const name = breakdown.names[predicted] ?? t('missed');
    const cells = all.map((truth) => cellOf(matrix, { predicted, truth }));
    return h('tr', {}, h('th', { scope: 'row', title: name }, name), ...cells);
  };
  const corner = h('th', { class: 'corner', scope: 'col' }, t('predicted'));
  const table = h(
    'table',
    { class: 'matrix', role: 'grid', 'aria-label': t('Confusion matrix') },
    h('thead', {}, h('tr', {}, corner, ...all.map(head))),
    h('tbody', {}, ...all.map(row)),
  );
  walkCells(table);
  return table;
}

function cellOf({ breakdown, view, isShare, onPick }: Matrix, pair: ConfusedPair): HTMLElement {
  const { predicted, truth } = pair;
  const isNothing = predicted === view.background && truth === view.background;
  const count = view.count(predicted, truth);
  const share = view.share(predicted, truth);
  const sentence = isNothing ? t('nothing is counted here') : sentenceOf(breakdown, view, pair);
  const text = count === 0 ? '' : isShare ? formatPercent(share).replace(' %', '') : formatCount(count);
  const cell = h(
    'td',
    {
      ...{ class: cellClass(view, pair), role: 'gridcell', tabindex: '-1' },
      ...{ 'aria-label': sentence, title: sentence },
    },
    text,
  );
  cell.style.setProperty('--share', `${Math.round(share * DARKEST_PERCENT)}%`);
  if (count > 0) cell.addEventListener('click', () => onPick(pair, sentence));
  return cell;
}

function cellClass({ count }: ConfusionView, { predicted, truth }: ConfusedPair): string {
  const kind = predicted === truth ? 'right' : 'wrong';
  return count(predicted, truth) > 0 ? `n ${kind} counted` : `n ${kind}`;
}

/** What a cell counts. */
function sentenceOf({ names }: Breakdown, view: ConfusionView, { predicted, truth }: ConfusedPair): string {
  const count = view.count(predicted, truth);
  const total = view.total(truth);
  const of = [formatCount(count), formatCount(total), formatPercent(count / Math.max(1, total), 1)] as const;
  if (truth === view.background)
    return t('{0} falsely predicted: {1} of {2} false alarms, {3}', names[predicted], ...of);
  if (predicted === view.background) return t('{0} missed: {1} of {2}, {3}', names[truth], ...of);
  return predicted === truth
    ? t('{0} recognized: {1} of {2}, {3}', names[truth], ...of)
    : t('{0} taken for {1}: {2} of {3}, {4}', names[truth], names[predicted], ...of);
}

const STEPS: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** One stop of the Tab key, arrows within (the ARIA grid pattern, w3.org/WAI/ARIA/apg/patterns/grid). */
function walkCells(table: HTMLElement): void {
  const rows = [...table.querySelectorAll('tbody tr')].map((row) => [
    ...row.querySelectorAll<HTMLElement>('td'),
  ]);
  rows[0]?.[0]?.setAttribute('tabindex', '0');
  const placeOf = (target: EventTarget | null): readonly [number, number] | undefined => {
    const row = rows.findIndex((cells) => cells.includes(target as HTMLElement));
    return row < 0 ? undefined : [row, rows[row].indexOf(target as HTMLElement)];
  };
  table.addEventListener('focusin', (event) => {
    if (!placeOf(event.target)) return;
    table.querySelector('td[tabindex="0"]')?.setAttribute('tabindex', '-1');
    (event.target as HTMLElement).setAttribute('tabindex', '0');
  });
  table.addEventListener('keydown', (event) => {
    const place = placeOf(event.target);
    const next = place && nextPlace(event, place, rows[0].length);
    if (place && event.key === 'Enter') rows[place[0]][place[1]].click();
    if (!next) return;
    event.preventDefault();
    rows[next[0]]?.[next[1]]?.focus();
  });
}

function nextPlace(
  { key }: KeyboardEvent,
  [row, column]: readonly [number, number],
  columns: number,
): readonly [number, number] | undefined {
  if (key === 'Home') return [row, 0];
  if (key === 'End') return [row, columns - 1];
  const step = STEPS[key];
  return step && [row + step[0], column + step[1]];
}
