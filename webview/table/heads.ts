import { cellText, type SortKey } from '../../src/domain/runs-table/row';
import { h } from '../base/dom';
import { t } from '../base/strings';
import { toolButton } from '../controls/tool-button';
import { isNumeric, titleOf } from '../state/table-view';
import { columnLabel, textOf } from './cells';
import type { ShownTable } from './row-elements';

export type HeadActions = {
  readonly onSelectAll: (isOn: boolean) => void;
  /** `isMore`: among runs that are equal in the columns before it. */
  readonly onSort: (key: string, isMore: boolean) => void;
  readonly onMove: (key: string, by: 1 | -1) => void;
  /** Opens what a verdict means. */
  readonly onExplain: () => void;
};

/** The head of each column: its name sorts, with Alt and an arrow key it moves. */
export function headsOf(
  { view, sort, differences }: ShownTable,
  isAll: boolean,
  actions: HeadActions,
): HTMLElement[] {
  const box = h('input', { type: 'checkbox', 'aria-label': t('Select all') }) as HTMLInputElement;
  box.checked = isAll;
  box.addEventListener('change', () => actions.onSelectAll(box.checked));
  const [name, ...heads] = ['name', ...view.columns].map((key) =>
    sortHead(key, { sort, isNumber: isNumeric(view.runs, key) }, actions),
  );
  const plain = differences
    ? [plainHead(t('difference'), 'n'), plainHead(t('all 95 %'), 'n'), verdictHead(actions)]
    : [];
  return [h('th', { class: 'pick', scope: 'col' }, box), name, ...plain, ...heads];
}

function verdictHead({ onExplain }: HeadActions): HTMLElement {
  const label = t('What this means, and how it was checked');
  const head = plainHead(t('verdict'));
  head.append(toolButton({ icon: 'question', label, onClick: onExplain, focusKey: 'explain-verdict' }));
  return head;
}

const plainHead = (label: string, name?: 'n'): HTMLElement => h('th', { scope: 'col', class: name }, label);

type HeadOptions = { readonly sort: readonly SortKey[]; readonly isNumber: boolean };

function sortHead(key: string, { sort, isNumber }: HeadOptions, actions: HeadActions): HTMLElement {
  const at = sort.findIndex((one) => one.key === key);
  const order = at < 0 ? undefined : sort[at].descending ? 'descending' : 'ascending';
  const title = t('{0}: sort, with Shift as a further key; Alt and an arrow key moves the column', key);
  const arrow = h('span', { 'aria-hidden': 'true' }, order === undefined ? '' : ARROWS[order]);
  const attributes = { type: 'button', class: 'sort', 'data-focus': `sort-${key}`, title };
  const button = h('button', attributes, columnLabel(key), arrow);
  button.addEventListener('click', (event) => actions.onSort(key, event.shiftKey));
  button.addEventListener('keydown', (event) => {
    const by = event.altKey ? MOVES[event.key] : undefined;
    if (by === undefined) return;
    event.preventDefault();
    actions.onMove(key, by);
  });
  const names = [...(key === 'name' ? ['name'] : []), ...(isNumber ? ['n'] : [])].join(' ');
  return h(
    'th',
    { scope: 'col', class: names || undefined, 'aria-sort': at === 0 ? order : undefined },
    button,
  );
}

const ARROWS = { ascending: ' ↑', descending: ' ↓' } as const;
const MOVES: Readonly<Record<string, 1 | -1>> = { ArrowLeft: -1, ArrowRight: 1 };

export const columnOf = (width: string): HTMLElement => {
  const column = h('col');
  column.style.width = width;
  return column;
};

const PICK_WIDTH = '30px';
const MOST_LETTERS = 26;
/** Runs that are measured: all of a usual table, and enough of a large one. */
const MEASURED = 200;

/** Columns as wide as what they hold, of the whole table and not of what is in sight: scrolling moves nothing. */
export function widthsOf({ view, differences }: ShownTable): string[] {
  const step = Math.max(1, Math.floor(view.runs.length / MEASURED));
  const measured = view.runs.filter((_, i) => i % step === 0);
  const letters = (key: string): number => {
    const lengths = measured.map((run) => widthOf(textOf(run, key)));
    return Math.min(MOST_LETTERS, Math.max(widthOf(columnLabel(key)) + 2, ...lengths, 4));
  };
  const names = measured.map((run) => widthOf(cellText(titleOf(run))));
  return [
    PICK_WIDTH,
    `min(${Math.min(40, Math.max(12, ...names)) + 6}ch, 42vw)`,
    ...(differences ? ['14ch', '21ch', '22ch'] : []),
    ...view.columns.map((key) => `${letters(key) + 3}ch`),
  ];
}

/** Chinese, Japanese and Korean characters are twice as wide as a digit. */
const widthOf = (text: string): number =>
  text.replace(/[\u1100-\u9fff\uac00-\ud7af\uff00-\uff60]/g, 'ww').length;
