import { h, oncePerFrame, patchChildren } from '../base/dom';
import { t } from '../base/strings';
import type { TableItem } from '../state/table-view';
import { columnOf, type HeadActions, headsOf, widthsOf } from './heads';
import { ROW_HEIGHT, rowOf, type ShownTable, sizeSpacer, spacer } from './row-elements';

/** Rows beyond each edge, so that scrolling shows no gap before the next frame. */
const BEYOND = 12;

export type RowActions = HeadActions & {
  readonly onOpen: (dir: string) => void;
  readonly onSelect: (dir: string, isRange: boolean) => void;
};

/** The table itself: as many rows as fit, made while one scrolls. */
export class TableRows {
  readonly element = h('div', { class: 'scroll' });
  readonly #actions: RowActions;
  readonly #columns = h('colgroup');
  readonly #head = h('tr');
  readonly #body = h('tbody');
  /** In place of the rows above and below those that are made. */
  readonly #before = spacer();
  readonly #after = spacer();
  readonly #table: HTMLElement;
  #shown: ShownTable | undefined;
  #active = 0;
  #headKey = '';
  readonly #drawSoon = oncePerFrame(() => this.#drawRows());

  constructor(actions: RowActions) {
    this.#actions = actions;
    this.#table = h(
      'table',
      { role: 'grid', 'aria-label': t('Runs'), 'aria-multiselectable': 'true' },
      this.#columns,
      h('thead', {}, this.#head),
      this.#body,
    );
    this.element.append(this.#table);
    this.element.addEventListener('scroll', () => this.#drawSoon());
    new ResizeObserver(() => this.#drawSoon()).observe(this.element);
    this.#body.addEventListener('keydown', (event) => this.#onKey(event));
    this.#body.addEventListener('click', (event) => this.#onClick(event));
  }

  draw(shown: ShownTable): void {
    this.#shown = shown;
    this.#active = Math.max(0, Math.min(this.#active, shown.view.items.length - 1));
    this.#table.setAttribute('aria-rowcount', String(shown.view.items.length + 1));
    this.#drawHead(shown);
    this.#drawRows();
  }

  /** Back to the first row, for another filter or order. */
  toTop(): void {
    this.#active = 0;
    this.element.scrollTop = 0;
  }

  #drawHead(shown: ShownTable): void {
    const { view, sort, selected } = shown;
    const all = view.runs.length > 0 && view.runs.every(({ dir }) => selected.has(dir));
    const widths = widthsOf(shown);
    const key = JSON.stringify([view.columns, sort, all, widths, shown.differences !== undefined]);
    if (key === this.#headKey) return;
    this.#headKey = key;
    const focus = (document.activeElement as HTMLElement | null)?.dataset.focus;
    this.#columns.replaceChildren(...widths.map(columnOf));
    this.#table.style.width = `calc(${widths.join(' + ')})`;
    this.#head.replaceChildren(...headsOf(shown, all, this.#actions));
    if (focus?.startsWith('sort-'))
      this.#head.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  #drawRows(): void {
    const shown = this.#shown;
    if (!shown) return;
    const { items } = shown.view;
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - BEYOND);
    const last = Math.min(
      items.length,
      first + Math.ceil(this.element.clientHeight / ROW_HEIGHT) + 2 * BEYOND,
    );
    const known = new Map(
      [...this.#body.children].map((child) => [(child as HTMLElement).dataset.row ?? '', child]),
    );
    const hadFocus = this.#body.contains(document.activeElement);
    const rows = items.slice(first, last).map((item, i) => this.#rowFor(item, first + i, { shown, known }));
    sizeSpacer(this.#before, first);
    sizeSpacer(this.#after, items.length - last);
    patchChildren(this.#body, [this.#before, ...rows, this.#after]);
    if (hadFocus) this.#rowAt(this.#active)?.focus({ preventScroll: true });
  }

  /** Rows that did not change stay the same elements. */
  #rowFor(
    item: TableItem,
    at: number,
    { shown, known }: { shown: ShownTable; known: Map<string, Element> },
  ): Element {
    const make = rowOf(item, shown);
    const key = `${at} ${make.key}`;
    const row = known.get(key) ?? make.make();
    const element = row as HTMLElement;
    element.dataset.row = key;
    element.dataset.at = String(at);
    element.ariaRowIndex = String(at + 2);
    element.tabIndex = at === this.#active ? 0 : -1;
    return row;
  }

  #onClick(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('tr[data-at]');
    if (!row) return;
    this.#activate(Number(row.dataset.at));
    const { dir } = row.dataset;
    if (dir === undefined) return;
    if (target.closest('.open')) this.#actions.onOpen(dir);
    else if (target.closest('.pick') || event.ctrlKey || event.metaKey || event.shiftKey)
      this.#actions.onSelect(dir, event.shiftKey);
  }

  #onKey(event: KeyboardEvent): void {
    const to = this.#target(event);
    const act = this.#acts(event)[event.key];
    if (to !== undefined) this.#activate(to);
    else if (act) act();
    else return;
    event.preventDefault();
  }

  #acts(event: KeyboardEvent): Readonly<Record<string, (() => void) | undefined>> {
    const { onOpen, onSelect, onSelectAll } = this.#actions;
    const item = this.#shown?.view.items[this.#active];
    const dir = item?.kind === 'run' ? item.run.dir : undefined;
    return {
      ...(dir !== undefined && {
        ' ': () => onSelect(dir, event.shiftKey),
        Enter: () => onOpen(dir),
      }),
      ...((event.ctrlKey || event.metaKey) && { a: () => onSelectAll(true) }),
      Escape: () => onSelectAll(false),
    };
  }

  #target({ key }: KeyboardEvent): number | undefined {
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2);
    const end = (this.#shown?.view.items.length ?? 1) - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: end,
    };
    const to = moves[key];
    return to === undefined ? undefined : Math.max(0, Math.min(end, to));
  }

  #activate(at: number): void {
    this.#active = at;
    const top = at * ROW_HEIGHT;
    const room = this.element.clientHeight - ROW_HEIGHT;
    const { scrollTop } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW_HEIGHT > scrollTop + room) this.element.scrollTop = top + ROW_HEIGHT - room;
    this.#drawRows();
    this.#rowAt(at)?.focus({ preventScroll: true });
  }

  #rowAt(at: number): HTMLElement | null {
    return this.#body.querySelector<HTMLElement>(`[data-at="${at}"]`);
  }
}
