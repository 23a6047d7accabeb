import { breakdownCsv } from '../../src/domain/display/breakdown-csv';
import { formatMetric } from '../../src/domain/display/format';
import type { Breakdown } from '../../src/domain/evaluation/breakdown';
import type { CurveColumns } from '../../src/domain/evaluation/ultralytics/curves';
import type { ChartView, Colour, SeriesView } from '../../src/protocol/dashboard/types';
import { h, keyed, setText } from '../base/dom';
import type { Host } from '../base/host';
import { oneTabStop } from '../base/roving-focus';
import { t } from '../base/strings';
import { onThemeChange, readTheme } from '../base/theme';
import { createCard } from '../charts/card';
import { copyPng, saveHere } from '../charts/picture';
import { toPlot } from '../state/model';
import { type CurveKind, isShown, type Preferences, toggle, toggleShown } from '../state/preferences';

/** A colour for each class that is drawn; the mean is dashed. */
const COLOURS: readonly Colour[] = ['blue', 'yellow', 'green', 'purple', 'red', 'grey'];
/** Those of more classes are chosen, at first the worst of them. */
const MOST_SHOWN = COLOURS.length;

export type CurvesOptions = {
  readonly root: HTMLElement;
  readonly host: Host;
  readonly preferences: () => Preferences;
  readonly change: (next: Preferences) => void;
};

/** A breakdown with the epoch that it is of, or why there is none. */
export type ShownBreakdown =
  | { readonly epoch: number; readonly breakdown: Breakdown }
  | { readonly note: string };

export type CurvesView = { show(shown: ShownBreakdown): void; draw(): void };

/** Curves over recall or confidence: the mean and a few classes that a person chooses. */
export function createCurves({ root, host, preferences, change }: CurvesOptions): CurvesView {
  let shown: ShownBreakdown | undefined;
  /** Indices into the curves of the breakdown. */
  let chosen: readonly number[] = [];
  let drawn: readonly unknown[] = [];
  const card = createCard('curves', {
    onToggleSeries: (chart, series) => change(toggleShown(preferences(), chart, series)),
    onToggle: (what, chart) => change(toggle(preferences(), what, chart)),
    onZoom: () => undefined,
    onPoint: (x) => card.point(x),
    onCopyCsv: () => {
      if (!shown || 'note' in shown) return;
      void host.request('copy', { text: breakdownCsv('curves', shown.breakdown), what: t('Curves') });
    },
    onCopyPng: (chart) => void copyPng(host, chart, card),
    onSave: (name) => {
      if (!shown || 'note' in shown) return;
      const { breakdown, epoch } = shown;
      const csv = (): string => breakdownCsv('curves', breakdown);
      void saveHere(host, { name, what: titleOf(preferences().curve, epoch), csv }, card);
    },
  });
  const kinds = segments((curve) => change({ ...preferences(), curve }));
  const best = h('p', { class: 'quiet best-threshold' });
  const chooser = h('label', { class: 'curve-chooser' }, t('Show the curve of'));
  root.append(h('div', { class: 'curve-bar' }, kinds.element, chooser), card.element, best);

  const draw = (): void => {
    const next = [shown, chosen, preferences()];
    if (!shown || next.every((part, i) => part === drawn[i])) return;
    drawn = next;
    kinds.show(preferences().curve);
    const has = !('note' in shown) && shown.breakdown.curves.mean !== undefined;
    kinds.element.hidden = !has;
    best.hidden = !has;
    setText(best, 'note' in shown ? '' : thresholdText(shown.breakdown));
    drawChooser('note' in shown ? undefined : shown.breakdown);
    const plot = toPlot(curvesView(shown, chosen, preferences().curve));
    card.draw(plot, { preferences: preferences(), theme: readTheme() });
  };
  const add = (index: number, name: string): void => {
    chosen = [...chosen, index].slice(-MOST_SHOWN);
    const isOn = isShown(preferences(), 'curves', { label: name });
    // One that was hidden by its entry of the legend is asked for again.
    change(isOn ? { ...preferences() } : toggleShown(preferences(), 'curves', { label: name }));
  };
  const drawChooser = (breakdown: Breakdown | undefined): void => {
    const all = breakdown?.curves.classes ?? [];
    chooser.hidden = all.length <= MOST_SHOWN;
    const others = all.flatMap((one, i) => (one.columns && !chosen.includes(i) ? [i] : []));
    const name = (i: number): string => breakdown?.names[all[i].class] ?? '';
    keyed(chooser, JSON.stringify([others.map(name)]), () => {
      const options = others.map((i) => h('option', { value: String(i) }, name(i)));
      const select = h('select', { 'data-focus': 'curve' }, h('option', { value: '' }, '…'), ...options);
      select.addEventListener('change', () => {
        const index = Number((select as HTMLSelectElement).value || Number.NaN);
        if (Number.isInteger(index)) add(index, name(index));
      });
      return [h('span', {}, t('Show the curve of')), select];
    });
  };
  onThemeChange(() => {
    drawn = [];
    draw();
  });
  return {
    draw,
    show(next) {
      shown = next;
      chosen = 'note' in next ? [] : worstClasses(next.breakdown);
      draw();
    },
  };
}

/** All of few classes, of many those of the lowest AP50. */
function worstClasses({ curves: { classes } }: Breakdown): readonly number[] {
  const drawn = classes.flatMap((one, i) => (one.columns ? [i] : []));
  if (drawn.length <= MOST_SHOWN) return drawn;
  return drawn.sort((a, b) => classes[a].ap50 - classes[b].ap50).slice(0, MOST_SHOWN - 1);
}

function segments(onSelect: (kind: CurveKind) => void) {
  const labels: readonly (readonly [CurveKind, string])[] = [
    ['pr', t('Precision over recall')],
    ['f1', 'F1'],
    ['precision', t('Precision')],
    ['recall', t('Recall')],
  ];
  const buttons = labels.map(([kind, label]) => {
    const element = h('button', { type: 'button', class: 'segment', 'data-focus': `curve-${kind}` }, label);
    element.addEventListener('click', () => onSelect(kind));
    return element;
  });
  const element = h('div', { class: 'segments', role: 'toolbar', 'aria-label': t('Curves') }, ...buttons);
  oneTabStop(element);
  return {
    element,
    show: (kind: CurveKind): void => {
      labels.forEach(([own], i) => void buttons[i].setAttribute('aria-pressed', String(own === kind)));
    },
  };
}

function thresholdText({ curves: { mean } }: Breakdown): string {
  if (!mean) return '';
  if (!mean.best) return t('No detection finds a label at IoU .50: there is no best confidence.');
  const { f1, confidence, precision, recall } = mean.best;
  return t(
    'Highest mean F1 {0} at confidence {1}: precision {2}, recall {3}.',
    ...[f1, confidence, precision, recall].map(formatMetric),
  );
}

function titleOf(kind: CurveKind, epoch: number): string {
  if (kind === 'pr') return t('Precision over recall, IoU .50, epoch {0}', epoch);
  if (kind === 'f1') return t('F1 over confidence, IoU .50, epoch {0}', epoch);
  return kind === 'precision'
    ? t('Precision over confidence, IoU .50, epoch {0}', epoch)
    : t('Recall over confidence, IoU .50, epoch {0}', epoch);
}

function curvesView(shown: ShownBreakdown, chosen: readonly number[], kind: CurveKind): ChartView {
  const base = { id: 'curves', from: 0, to: 1, marks: [], unit: 'share' } as const;
  if ('note' in shown) return { ...base, title: t('Curves'), summary: '', series: [], empty: shown.note };
  const { names, curves } = shown.breakdown;
  const title = titleOf(kind, shown.epoch);
  const { mean } = curves;
  if (!mean)
    return {
      ...base,
      title,
      summary: '',
      series: [],
      empty: t('The val set has no labels: there are no curves.'),
    };
  const x = Float64Array.from(kind === 'pr' ? curves.recall : curves.confidence);
  const line = (label: string, columns: CurveColumns): Pick<SeriesView, 'key' | 'label' | 'x' | 'y'> => {
    return { key: label, label, x, y: Float64Array.from(columns[kind === 'pr' ? 'envelope' : kind]) };
  };
  const ofClasses = chosen.flatMap((index, i): SeriesView[] => {
    const { class: c, columns } = curves.classes[index];
    return columns ? [{ ...line(names[c], columns), role: 'line', colour: COLOURS[i % COLOURS.length] }] : [];
  });
  const all: SeriesView = { ...line(t('mean'), mean.columns), role: 'planned', colour: 'grey' };
  const { best } = mean;
  const mark = best && { x: best.confidence, label: t('best F1 {0}', formatMetric(best.confidence)) };
  return {
    ...base,
    title,
    summary: [
      `AP50: ${t('mean')} ${formatMetric(mean.map50)}`,
      ...chosen.map((i) => `${names[curves.classes[i].class]} ${formatMetric(curves.classes[i].ap50)}`),
      thresholdText(shown.breakdown),
    ].join(', '),
    series: curves.classes.length === 1 ? ofClasses : [...ofClasses, all],
    marks: kind === 'pr' || !mark ? [] : [mark],
  };
}
