import { h, icon, keyed } from '../base/dom';
import { t } from '../base/strings';
import { toolButton } from '../controls/tool-button';
import type { TablePreferences } from '../state/table-preferences';
import { withColumn, withColumnMoved } from '../state/table-preferences';
import type { TableView } from '../state/table-view';
import { columnLabel } from './cells';

export type ChooserActions = {
  readonly preferences: () => TablePreferences;
  readonly change: (next: TablePreferences) => void;
};

/** Which columns there are, in which order: those that are shown, and all others by name. */
export class ColumnChooser {
  readonly element = h('section', { class: 'chooser', 'aria-label': t('Columns') });
  readonly #actions: ChooserActions;
  readonly #shown = h('ol', { class: 'chosen', 'aria-label': t('Columns that are shown') });
  readonly #others = h('ul', { class: 'others', 'aria-label': t('Other columns') });
  readonly #search = h('input', {
    type: 'search',
    placeholder: t('Find a column'),
    'aria-label': t('Find a column'),
  }) as HTMLInputElement;
  readonly #archived = h('input', { type: 'checkbox' }) as HTMLInputElement;
  #view: TableView | undefined;

  constructor(actions: ChooserActions) {
    this.#actions = actions;
    this.element.hidden = true;
    this.#search.addEventListener('input', () => this.#draw());
    this.#archived.addEventListener('change', () =>
      actions.change({ ...actions.preferences(), archived: this.#archived.checked }),
    );
    const usual = h('button', { type: 'button', class: 'link' }, t('Usual columns'));
    usual.addEventListener('click', () => actions.change({ ...actions.preferences(), columns: undefined }));
    this.element.append(
      this.#shown,
      h('div', { class: 'find' }, this.#search, usual),
      this.#others,
      h('label', {}, this.#archived, t('Show archived runs')),
    );
  }

  draw(view: TableView): void {
    this.#view = view;
    this.#draw();
  }

  #draw(): void {
    if (!this.#view || this.element.hidden) return;
    const { columns, facts } = this.#view;
    this.#archived.checked = this.#actions.preferences().archived;
    keyed(this.#shown, JSON.stringify(columns), () => columns.map((key, i) => this.#chosen(key, i, columns)));
    const sought = this.#search.value.trim().toLowerCase();
    const others = [...facts.known].filter(
      (key) => key !== 'name' && !columns.includes(key) && isSought(key, sought),
    );
    keyed(this.#others, JSON.stringify([others, facts.differing, columns]), () =>
      others.map((key) => this.#other(key, facts.differing.includes(key))),
    );
  }

  #chosen(key: string, at: number, columns: readonly string[]): HTMLElement {
    const label = columnLabel(key);
    const move = (by: 1 | -1) => () => this.#change((p) => withColumnMoved(p, columns, { key, by }));
    const earlier = toolButton({
      icon: 'chevron-left',
      label: t('{0}: further left', label),
      onClick: move(-1),
      focusKey: `left-${key}`,
    });
    const later = toolButton({
      icon: 'chevron-right',
      label: t('{0}: further right', label),
      onClick: move(1),
      focusKey: `right-${key}`,
    });
    const hide = toolButton({
      icon: 'close',
      label: t('{0}: hide', label),
      onClick: () => this.#change((p) => withColumn(p, columns, key)),
      focusKey: `hide-${key}`,
    });
    earlier.toggleAttribute('disabled', at === 0);
    later.toggleAttribute('disabled', at === columns.length - 1);
    return h('li', {}, h('span', {}, label), earlier, later, hide);
  }

  #other(key: string, differs: boolean): HTMLElement {
    const button = h(
      'button',
      {
        type: 'button',
        class: 'other',
        'data-focus': `show-${key}`,
        title: differs ? t('Runs differ in it') : key,
      },
      icon('add'),
      columnLabel(key),
      differs ? h('span', { class: 'differs' }, ' •') : undefined,
    );
    button.addEventListener('click', () =>
      this.#change((p) => withColumn(p, this.#view?.columns ?? [], key)),
    );
    return h('li', {}, button);
  }

  #change(next: (preferences: TablePreferences) => TablePreferences): void {
    this.#actions.change(next(this.#actions.preferences()));
  }
}

const isSought = (key: string, sought: string): boolean =>
  sought === '' || key.toLowerCase().includes(sought) || columnLabel(key).toLowerCase().includes(sought);
