import { say } from '../../src/base/words';
import { cellText } from '../../src/domain/runs-table/row';
import { h, icon, keyed, setText } from '../base/dom';
import { t } from '../base/strings';
import { toolButton } from '../controls/tool-button';
import type { TablePreferences } from '../state/table-preferences';
import type { PageRow } from '../state/table-view';
import { type TableView, titleOf } from '../state/table-view';
import { columnLabel } from './cells';

export type BarActions = {
  readonly preferences: () => TablePreferences;
  readonly change: (next: TablePreferences) => void;
  readonly onColumns: () => void;
  readonly onCopy: () => void;
  readonly onAct: (id: string) => void;
  readonly onBaseline: () => void;
  readonly onClear: () => void;
};

export type BarState = {
  readonly view: TableView;
  readonly isWhole: boolean;
  readonly selected: ReadonlySet<string>;
  readonly baseline: PageRow | undefined;
  readonly isChoosing: boolean;
};

/** Filter, groups, columns; below it what can be done with the runs that are selected. */
export class TableBar {
  readonly element = h('header', { class: 'bar' });
  readonly #actions: BarActions;
  readonly #filter = h('input', {
    type: 'search',
    class: 'filter',
    placeholder: t('Filter: a word, lr0 > .01'),
    title: t('A word, or as in lr0 > .01 and state = completed'),
    'aria-label': t('Filter'),
    spellcheck: 'false',
  }) as HTMLInputElement;
  readonly #group = h('select', { 'aria-label': t('Group by') }) as HTMLSelectElement;
  readonly #columns = h('button', { type: 'button', class: 'push' }, icon('list-selection'), t('Columns'));
  readonly #count = h('span', { class: 'count quiet', role: 'status' });
  readonly #problem = h('p', { class: 'problem warning', role: 'alert' });
  readonly #picked = h('div', { class: 'picked' });

  constructor(actions: BarActions) {
    this.#actions = actions;
    this.#filter.value = actions.preferences().where;
    this.#filter.addEventListener('input', () =>
      actions.change({ ...actions.preferences(), where: this.#filter.value }),
    );
    this.#group.addEventListener('change', () =>
      actions.change({ ...actions.preferences(), group: this.#group.value || undefined }),
    );
    this.#columns.addEventListener('click', actions.onColumns);
    const copy = toolButton({
      icon: 'copy',
      label: t('Copy the table as CSV'),
      onClick: actions.onCopy,
      focusKey: 'copy',
    });
    this.element.append(
      h('div', { class: 'line' }, this.#filter, this.#group, this.#columns, copy),
      this.#problem,
      h('div', { class: 'line second' }, this.#count, this.#picked),
    );
  }

  draw(state: BarState): void {
    const { view, isWhole } = state;
    const { group } = this.#actions.preferences();
    this.#drawGroups(view, group);
    this.#columns.setAttribute('aria-expanded', String(state.isChoosing));
    this.#problem.hidden = view.problem === undefined;
    setText(this.#problem, view.problem ? say(view.problem, t) : '');
    setText(this.#count, countText(view, isWhole));
    keyed(this.#picked, keyOf(state), () => this.#pickedParts(state));
  }

  #drawGroups({ facts }: TableView, group: string | undefined): void {
    const keys = [
      ...new Set([...facts.differing, 'state', 'git', 'host', 'file', 'tags', ...(group ? [group] : [])]),
    ];
    keyed(this.#group, keys.join(), () => [
      h('option', { value: '' }, t('Not grouped')),
      ...keys.map((key) => h('option', { value: key }, t('By {0}', columnLabel(key)))),
    ]);
    this.#group.value = group ?? '';
  }

  #pickedParts({ selected, baseline }: BarState): HTMLElement[] {
    const { onAct, onBaseline, onClear, change, preferences } = this.#actions;
    const chip = baseline && h('span', { class: 'chip' }, t('Baseline: {0}', cellText(titleOf(baseline))));
    chip?.append(
      toolButton({
        icon: 'close',
        label: t('No baseline'),
        onClick: () => change({ ...preferences(), baseline: undefined }),
        focusKey: 'no-baseline',
      }),
    );
    if (selected.size === 0) return chip ? [chip] : [];
    const push = (id: string, label: string): HTMLElement => {
      const element = h('button', { type: 'button', class: 'push', 'data-focus': id }, label);
      element.addEventListener('click', () => (id === 'baseline' ? onBaseline() : onAct(id)));
      return element;
    };
    const clear = toolButton({
      icon: 'close',
      label: t('Clear the selection'),
      onClick: onClear,
      focusKey: 'clear',
    });
    return [
      ...(chip ? [chip] : []),
      h('span', { class: 'how-many' }, t('{0} selected', selected.size)),
      ...buttonsFor(selected.size).map(([id, label]) => push(id, label)),
      clear,
    ];
  }
}

const MOST_COMPARED_AT_ONCE = 20;

function buttonsFor(count: number): readonly (readonly [id: string, label: string])[] {
  const one = [
    ['open', t('Open Dashboard')],
    ['baseline', t('Use as Baseline')],
    ['note', t('Note')],
    ['tags', t('Tags')],
    ['archive', t('Archive')],
  ] as const;
  if (count === 1) return one;
  if (count > MOST_COMPARED_AT_ONCE) return [];
  return [
    ['compare', t('Compare')],
    ['report', t('Report')],
  ];
}

function keyOf({ selected, baseline }: BarState): string {
  return JSON.stringify([selected.size, baseline && titleOf(baseline), baseline?.dir]);
}

function countText({ runs, total }: TableView, isWhole: boolean): string {
  if (!isWhole) return t('{0} runs, reading', total);
  if (runs.length !== total) return t('{0} of {1} runs', runs.length, total);
  return total === 1 ? t('1 run') : t('{0} runs', total);
}
