import { type BreakdownPart, breakdownCsv } from '../../src/domain/display/breakdown-csv';
import { formatCount, formatMetric } from '../../src/domain/display/format';
import type { Breakdown } from '../../src/domain/evaluation/breakdown';
import { SIZES, type SizeMetrics, type SizeName, type SizesOf } from '../../src/domain/evaluation/coco/sizes';
import type { ConfusedPair } from '../../src/domain/evaluation/confusion';
import type { Threshold } from '../../src/domain/evaluation/ultralytics/curves';
import type { BreakdownView } from '../../src/protocol/webview';
import { h, keyed } from '../base/dom';
import { oneTabStop } from '../base/roving-focus';
import { t } from '../base/strings';
import { toolButton } from '../controls/tool-button';
import { button } from '../controls/toolkit';
import { createConfusion } from './confusion';
import { type CurvesOptions, type CurvesView, createCurves } from './curves';
import { table } from './value-tables';

export type BreakdownOptions = Omit<CurvesOptions, 'root'> & {
  /** The checkpoint and its curves, beside the classes. */
  readonly curves: HTMLElement;
  /** Tables below both. */
  readonly tables: HTMLElement;
  /** Images of an epoch with one confusion are asked for. */
  readonly onImages: (epoch: number, pair: ConfusedPair, sentence: string) => void;
};

/** What a validation says class by class and size by size, requested when the tab is shown. */
export function createBreakdown(options: BreakdownOptions): {
  open(): void;
  invalidate(): void;
  draw(): void;
} {
  const view = new BreakdownTab(options);
  return { open: () => view.open(), invalidate: () => view.invalidate(), draw: () => view.draw() };
}

/** Rows of a table of classes at first: thousands would hold up the page. */
const FIRST_ROWS = 100;

class BreakdownTab {
  readonly #options: BreakdownOptions;
  readonly #checkpoint = h('label', { class: 'checkpoint' });
  readonly #curves: CurvesView;
  readonly #confusion = createConfusion({
    onPick: (pair, sentence) => {
      if (this.#epoch !== undefined) this.#options.onImages(this.#epoch, pair, sentence);
    },
  });
  readonly #thresholds = h('div', {});
  readonly #sizes = h('div', {});
  #breakdown: Breakdown | undefined;
  #epoch: number | undefined;
  /** Chosen by a person; the newest without a choice. */
  #asked: number | undefined;
  #isStale = true;

  constructor(options: BreakdownOptions) {
    this.#options = options;
    const { curves, tables, ...shared } = options;
    curves.append(this.#checkpoint);
    this.#curves = createCurves({ ...shared, root: curves });
    tables.hidden = true;
    tables.append(
      this.#section('confusion', t('Confusion matrix'), this.#confusion.element),
      this.#section('sizes', t('Sizes'), this.#sizes),
      this.#section('thresholds', t('Thresholds'), this.#thresholds),
    );
  }

  open(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#load().catch((error: unknown) =>
      this.#curves.show({ note: error instanceof Error ? error.message : String(error) }),
    );
  }

  invalidate(): void {
    this.#isStale = true;
  }

  draw(): void {
    this.#curves.draw();
  }

  async #load(): Promise<void> {
    if (!this.#breakdown) this.#curves.show({ note: t('Counting…') });
    const asked = this.#asked;
    const view = await this.#options.host.request('breakdown', asked === undefined ? {} : { epoch: asked });
    // Another checkpoint was chosen meanwhile: its answer comes.
    if (asked === this.#asked) this.#show(view);
  }

  #show(view: BreakdownView): void {
    const has = 'breakdown' in view;
    this.#breakdown = has ? view.breakdown : undefined;
    this.#epoch = has ? view.epoch : undefined;
    this.#options.tables.hidden = !has;
    this.#curves.show(view);
    this.#drawCheckpoint(has ? view.epochs : []);
    if (!has) return;
    this.#confusion.show(view.breakdown);
    drawSizes(this.#sizes, view.breakdown);
    drawThresholds(this.#thresholds, view.breakdown);
  }

  /** Checkpoints whose detections are kept, the newest first. */
  #drawCheckpoint(epochs: readonly number[]): void {
    this.#checkpoint.hidden = epochs.length < 2;
    keyed(this.#checkpoint, JSON.stringify([epochs, this.#epoch]), () => {
      const options = epochs.map((epoch) =>
        h('option', { value: String(epoch), selected: epoch === this.#epoch }, t('epoch {0}', epoch)),
      );
      const select = h('select', { 'data-focus': 'breakdown-epoch' }, ...options) as HTMLSelectElement;
      select.addEventListener('change', () => {
        const epoch = Number(select.value);
        this.#asked = epoch === epochs[0] ? undefined : epoch;
        this.#isStale = true;
        this.open();
      });
      return [h('span', {}, t('Checkpoint')), select];
    });
  }

  #section(part: BreakdownPart, title: string, content: HTMLElement): HTMLElement {
    const csv = (): string => (this.#breakdown ? breakdownCsv(part, this.#breakdown) : '');
    const what = t('{0} as CSV', title);
    const { host } = this.#options;
    const tools = h(
      'span',
      { class: 'section-tools', role: 'toolbar', 'aria-label': title },
      toolButton({
        ...{ icon: 'copy', label: t('Copy as CSV'), focusKey: `copy-${part}` },
        onClick: () => void host.request('copy', { text: csv(), what }),
      }),
      toolButton({
        ...{ icon: 'save', label: t('Save as CSV'), focusKey: `save-${part}` },
        onClick: () =>
          void host.request('saveFile', { name: `${part}.csv`, bytes: new TextEncoder().encode(csv()) }),
      }),
    );
    oneTabStop(tools);
    const head = h('div', { class: 'section-head' }, h('h2', {}, title), tools);
    return h('section', { class: `breakdown-${part}`, 'aria-label': title }, head, content);
  }
}

/** A table whose first row is of all classes; the rest of many rows comes on request. */
function drawRows(
  root: HTMLElement,
  make: (rows: readonly HTMLElement[]) => HTMLElement,
  rows: readonly HTMLElement[],
): void {
  const more = button({
    label: t('Show all ({0})', formatCount(rows.length)),
    onClick: () => root.replaceChildren(make(rows)),
  });
  root.replaceChildren(make(rows.slice(0, FIRST_ROWS)), ...(rows.length > FIRST_ROWS ? [more] : []));
}

/** Why there is no threshold, if there is none. */
function noThreshold({ curves: { mean } }: Breakdown): string | undefined {
  if (!mean) return t('The val set has no labels: there are no curves.');
  return mean.best ? undefined : t('No detection finds a label at IoU .50: there is no best confidence.');
}

function drawThresholds(root: HTMLElement, breakdown: Breakdown): void {
  const { names, curves } = breakdown;
  const best = curves.mean?.best;
  if (!best) {
    root.replaceChildren(h('p', { class: 'quiet' }, noThreshold(breakdown)));
    return;
  }
  const at = formatMetric(best.confidence);
  const columns = [
    { label: t('class') },
    { label: t('own threshold'), number: true },
    { label: t('F1 there'), number: true },
    { label: t('precision'), number: true, rank: 'middle' as const },
    { label: t('recall'), number: true, rank: 'middle' as const },
    { label: t('F1 at {0}', at), number: true },
  ];
  const rows = [
    thresholdRow(t('all classes'), best, best),
    ...curves.classes.map((one) => thresholdRow(names[one.class], one.best, one.common)),
  ];
  const tables = h('div', {});
  drawRows(tables, (some) => table(t('Thresholds'), columns, some), rows);
  const caption = t(
    "Each threshold is the highest point of F1 smoothed as Ultralytics does it: a class's own may give a little less than the common one.",
  );
  root.replaceChildren(h('p', { class: 'quiet' }, caption), tables);
}

function thresholdRow(name: string, own: Threshold | undefined, common: Threshold | undefined): HTMLElement {
  const none = t('no detection finds a label of this class');
  const cell = (value: number | undefined, rank?: 'middle'): HTMLElement => valueCell(value, none, rank);
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, name),
    ...[cell(own?.confidence), cell(own?.f1), cell(own?.precision, 'middle'), cell(own?.recall, 'middle')],
    cell(common?.f1),
  );
}

function drawSizes(root: HTMLElement, { names, sizes }: Breakdown): void {
  const rows = [
    sizeRow(t('all classes'), sizes.all),
    ...sizes.classes.map((one) => sizeRow(names[one.class], one)),
  ];
  const absent = SIZES.filter((size) => sizes.all[size].objects === 0);
  const tables = h('div', {});
  drawRows(tables, sizeTable, rows);
  root.replaceChildren(
    h(
      'p',
      { class: 'quiet' },
      t(
        "COCO's AP and AR (IoU .50:.95) of objects up to 32 x 32 pixels of the original image, up to 96 x 96, and above.",
      ),
      ...(absent.length > 0
        ? [` ${t('No object of this size: {0}.', absent.map(sizeLabel).join(', '))}`]
        : []),
    ),
    tables,
  );
}

function sizeLabel(size: SizeName): string {
  return { small: t('small'), medium: t('medium'), large: t('large') }[size];
}

function sizeTable(rows: readonly HTMLElement[]): HTMLElement {
  const heads = SIZES.flatMap((size) => {
    const label = sizeLabel(size);
    return [
      h('th', { scope: 'col', class: 'n size', 'aria-label': t('{0}: objects', label) }, label),
      h('th', { scope: 'col', class: 'n', 'aria-label': `${label}: AP` }, 'AP'),
      h('th', { scope: 'col', class: 'n middle', 'aria-label': `${label}: AR` }, 'AR'),
    ];
  });
  return h(
    'table',
    { class: 'sizes', 'aria-label': t('Sizes') },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('class')), ...heads)),
    h('tbody', {}, ...rows),
  );
}

function sizeRow(name: string, of: SizesOf): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row', title: name }, name),
    ...SIZES.flatMap((size) => sizeCells(of[size])),
  );
}

/** A number; `none` says why there is none, which is not 0. */
function valueCell(metric: number | undefined, none: string, rank?: 'middle'): HTMLElement {
  const label = metric === undefined ? none : undefined;
  const attributes = { class: rank ? `n ${rank}` : 'n', title: label, 'aria-label': label };
  return h('td', attributes, metric === undefined ? '–' : formatMetric(metric));
}

function sizeCells({ objects, ap, ar }: SizeMetrics): HTMLElement[] {
  const none = t('no object of this size');
  const count = h('td', { class: 'n size quiet' }, objects === 0 ? t('none') : formatCount(objects));
  return [count, valueCell(ap, none), valueCell(ar, none, 'middle')];
}
