import { formatMetric } from '../../src/domain/display/format';
import type { ChartView, Colour } from '../../src/protocol/dashboard/types';
import type { PrCurves } from '../../src/protocol/webview';
import type { Host } from '../base/host';
import { t } from '../base/strings';
import { onThemeChange, readTheme } from '../base/theme';
import { createCard } from '../charts/card';
import { copyPng } from '../charts/picture';
import { tableOf, toCsv } from '../charts/table';
import { type Plot, toPlot } from '../state/model';
import { type Preferences, toggle, toggleShown } from '../state/preferences';

const COLOURS: readonly Colour[] = ['blue', 'yellow', 'green', 'purple', 'red', 'grey'];

export type CurvesOptions = {
  readonly root: HTMLElement;
  readonly host: Host;
  readonly preferences: () => Preferences;
  readonly change: (next: Preferences) => void;
};

/** Precision over recall of each class, requested when the tab is shown. */
export function createCurves(options: CurvesOptions): { open(): void; invalidate(): void; draw(): void } {
  const { host, preferences, change } = options;
  let plot: Plot | undefined;
  let isStale = true;
  const card = createCard('curves', {
    onToggleSeries: (chart, series) => change(toggleShown(preferences(), chart, series)),
    onToggle: (what, chart) => change(toggle(preferences(), what, chart)),
    onZoom: () => undefined,
    onPoint: (x) => card.point(x),
    onCopyCsv: () => {
      if (plot)
        void host.request('copy', { text: toCsv(tableOf(plot, preferences(), 'recall')), what: plot.title });
    },
    onCopyPng: (chart) => void copyPng(host, chart, card),
  });
  options.root.append(card.element);
  let drawn: { readonly plot: Plot; readonly preferences: Preferences } | undefined;
  const draw = (): void => {
    const next = plot && { plot, preferences: preferences() };
    if (!next || (next.plot === drawn?.plot && next.preferences === drawn.preferences)) return;
    drawn = next;
    card.draw(next.plot, { preferences: next.preferences, theme: readTheme() });
  };
  onThemeChange(() => {
    drawn = undefined;
    draw();
  });
  const load = async (): Promise<void> => {
    const curves = await host.request('prCurves', {});
    plot = toPlot(curvesView(curves));
    draw();
  };
  return {
    draw,
    open() {
      if (!isStale) return;
      isStale = false;
      load().catch((error: unknown) => {
        plot = toPlot({
          ...curvesView({ epoch: undefined, curves: [] }),
          empty: error instanceof Error ? error.message : String(error),
        });
        draw();
      });
    },
    invalidate() {
      isStale = true;
    },
  };
}

function curvesView({ epoch, curves, note }: PrCurves): ChartView {
  return {
    id: 'curves',
    title:
      epoch === undefined
        ? t('Precision over recall, IoU .50')
        : t('Precision over recall, IoU .50, epoch {0}', epoch),
    summary: curves.map((c) => `${c.name} ${formatMetric(c.ap50)}`).join(', '),
    from: 0,
    to: 1,
    series: curves.map((curve, i) => ({
      key: curve.name,
      label: `${curve.name} ${formatMetric(curve.ap50)}`,
      role: 'line',
      colour: COLOURS[i % COLOURS.length],
      x: curve.recall,
      y: curve.precision,
    })),
    marks: [],
    unit: 'share',
    ...(curves.length === 0 ? { empty: note ?? t('Curves appear here after the first validation.') } : {}),
  };
}
