import './table.css';
import { csvText } from '../../src/base/csv-cell';
import { explainAction } from '../../src/domain/display/statistics-page';
import { cellText } from '../../src/domain/runs-table/row';
import {
  MOST_COMPARED,
  type TableDifference,
  type TableMethods,
  type TableUpdate,
} from '../../src/protocol/runs-table/messages';
import { byId, h, oncePerFrame } from '../base/dom';
import { connectHost } from '../base/host';
import { t } from '../base/strings';
import {
  readTablePreferences,
  type TablePreferences,
  withColumnMoved,
  withSort,
} from '../state/table-preferences';
import {
  applyTableUpdate,
  emptyTable,
  factsOfTable,
  type TableFacts,
  type TableModel,
  type TableView,
  viewOfTable,
} from '../state/table-view';
import { TableBar } from './bar';
import { ColumnChooser } from './chooser';
import { TableRows } from './rows';

/** Typing and live runs change what is shown many times a second. */
const COMPARE_AFTER_MS = 300;

/** The table of all runs: one model, what a person chose, and what both make to be shown. */
class RunsTable {
  readonly #host = connectHost<TableMethods, TableUpdate>((update) => this.#receive(update));
  readonly #rows: TableRows;
  readonly #bar: TableBar;
  readonly #chooser: ColumnChooser;
  readonly #empty = h('p', { class: 'empty' }, t('No run yet'));
  #preferences: TablePreferences = readTablePreferences(this.#host.saved);
  #model: TableModel = emptyTable;
  /** Of the model; made when it is drawn, since a table that is being opened comes in several pieces a frame. */
  #facts: TableFacts | undefined;
  #view: TableView = viewOfTable(emptyTable, this.#preferences, factsOfTable(emptyTable));
  #selected: ReadonlySet<string> = new Set();
  #lastPicked: string | undefined;
  #differences: ReadonlyMap<string, TableDifference> = new Map();
  #comparedKey = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #scheduleDraw = oncePerFrame(() => this.#draw());

  constructor() {
    const shared = {
      preferences: () => this.#preferences,
      change: (next: TablePreferences) => this.#change(next),
    };
    this.#chooser = new ColumnChooser(shared);
    this.#bar = new TableBar({
      ...shared,
      onColumns: () => this.#toggleChooser(),
      onCopy: () => this.#copy(),
      onAct: (id) => this.#act(id, this.#chosen()),
      onBaseline: () => this.#change({ ...this.#preferences, baseline: this.#chosen()[0] }),
      onClear: () => this.#select(new Set()),
    });
    this.#rows = new TableRows({
      onOpen: (dir) => this.#act('open', [dir]),
      onSelect: (dir, isRange) => this.#pick(dir, isRange),
      onSelectAll: (isOn) => this.#select(new Set(isOn ? this.#view.runs.map(({ dir }) => dir) : [])),
      onExplain: () => this.#act(explainAction('several-runs-and-a-gate'), []),
      onSort: (key, isMore) => this.#change(withSort(this.#preferences, key, isMore)),
      onMove: (key, by) => this.#change(withColumnMoved(this.#preferences, this.#view.columns, { key, by })),
    });
    byId('app').append(this.#bar.element, this.#chooser.element, this.#rows.element, this.#empty);
    this.#open();
  }

  #open(): void {
    void this.#host.request('open', {});
  }

  #receive(update: TableUpdate): void {
    const next = applyTableUpdate(this.#model, update);
    if (next === undefined) {
      this.#open();
      return;
    }
    this.#model = next;
    this.#facts = undefined;
    this.#selected = new Set([...this.#selected].filter((dir) => next.rows.has(dir)));
    this.#scheduleDraw();
  }

  #change(next: TablePreferences): void {
    this.#preferences = next;
    this.#host.save({ preferences: next });
    this.#rows.toTop();
    this.#scheduleDraw();
  }

  #toggleChooser(): void {
    this.#chooser.element.hidden = !this.#chooser.element.hidden;
    this.#scheduleDraw();
  }

  #act(id: string, dirs: readonly string[]): void {
    void this.#host.request('act', { id, dirs });
  }

  /** The selected runs in the order in which they are shown. */
  #chosen(): string[] {
    return this.#view.runs.map(({ dir }) => dir).filter((dir) => this.#selected.has(dir));
  }

  #select(selected: ReadonlySet<string>): void {
    this.#selected = selected;
    this.#scheduleDraw();
  }

  /** With Shift all between this run and the one that was picked last. */
  #pick(dir: string, isRange: boolean): void {
    const order = this.#view.runs.map((run) => run.dir);
    const next = new Set(this.#selected);
    const [from, to] = [this.#lastPicked ?? dir, dir].map((one) => order.indexOf(one)).sort((a, b) => a - b);
    if (isRange && from >= 0) for (const one of order.slice(from, to + 1)) next.add(one);
    else if (!next.delete(dir)) next.add(dir);
    this.#lastPicked = dir;
    this.#select(next);
  }

  /** Values as they are known, not as they are shown: a spreadsheet calculates with them. */
  #copy(): void {
    const columns = ['name', ...this.#view.columns];
    const lines = this.#view.runs.map(({ row }) =>
      columns.map((key) => csvText(cellText(row.get(key)))).join(','),
    );
    const text = `${[columns.join(','), ...lines].join('\n')}\n`;
    void this.#host.request('copy', { text, what: t('{0} runs', lines.length) });
  }

  #draw(): void {
    this.#facts ??= factsOfTable(this.#model);
    const view = viewOfTable(this.#model, this.#preferences, this.#facts);
    this.#view = view;
    const { baseline: dir, sort } = this.#preferences;
    const baseline = dir === undefined ? undefined : this.#model.rows.get(dir);
    this.#compareLater(baseline?.dir);
    const differences =
      baseline &&
      new Map<string, TableDifference | 'baseline'>([...this.#differences, [baseline.dir, 'baseline']]);
    this.#bar.draw({
      ...{ view, isWhole: this.#model.isWhole, selected: this.#selected, baseline },
      isChoosing: !this.#chooser.element.hidden,
    });
    this.#chooser.draw(view);
    this.#rows.draw({ view, sort, selected: this.#selected, differences });
    this.#empty.hidden = !this.#model.isWhole || view.total > 0;
    document.body.classList.toggle('ready', this.#model.isWhole);
  }

  /** The runs on top are compared with the baseline once nothing has changed for a moment. */
  #compareLater(baseline: string | undefined): void {
    const dirs = this.#view.runs.slice(0, MOST_COMPARED).map(({ dir }) => dir);
    const key = baseline === undefined ? '' : JSON.stringify([baseline, dirs]);
    if (key === this.#comparedKey) return;
    this.#comparedKey = key;
    clearTimeout(this.#timer);
    this.#differences = new Map();
    if (baseline === undefined) return;
    this.#timer = setTimeout(async () => {
      const found = await this.#host.request('differences', { baseline, dirs });
      if (key !== this.#comparedKey) return;
      this.#differences = new Map(found.map((one) => [one.dir, one]));
      this.#scheduleDraw();
    }, COMPARE_AFTER_MS);
  }
}

new RunsTable();
