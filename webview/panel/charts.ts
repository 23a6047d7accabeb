import { CHART_IDS, type ChartId, type Lens } from '../../src/protocol/dashboard/types';
import type { Host } from '../base/host';
import { t } from '../base/strings';
import { onThemeChange, readTheme } from '../base/theme';
import { type ChartCard, createCard } from '../charts/card';
import { copyPng, saveChart } from '../charts/picture';
import type { PageModel, Plot } from '../state/model';
import {
  type ChartSwitch,
  type Preferences,
  toggle,
  toggleShown,
  withZoom,
  type Zoom,
} from '../state/preferences';

/** A chart is thinned anew when it grew by a noticeable amount, not at every pixel of a drag. */
const WIDTH_STEP = 80;
const quantised = (width: number): number => Math.max(WIDTH_STEP, Math.ceil(width / WIDTH_STEP) * WIDTH_STEP);

export type ChartGrid = {
  draw(model: PageModel): void;
  /** What the host should thin for, as the page is now. */
  lens(): Omit<Lens, 'rows'>;
};

export type GridOptions = {
  readonly root: HTMLElement;
  readonly host: Host;
  readonly preferences: () => Preferences;
  readonly change: (next: Preferences) => void;
  readonly onLens: () => void;
};

export function createGrid(options: GridOptions): ChartGrid {
  let model: PageModel | undefined;
  let widths: ReadonlyMap<string, number> = new Map();
  let isFirst = true;
  let theme = readTheme();
  const { preferences, change } = options;

  const cards = new Map<ChartId, ChartCard>();
  const actions = {
    onToggleSeries: (chart: string, series: { label: string; optional?: boolean }) =>
      change(toggleShown(preferences(), chart, series)),
    onToggle: (what: ChartSwitch, chart: string) => change(toggle(preferences(), what, chart)),
    onZoom: (range: Zoom | undefined) => {
      change(withZoom(preferences(), range));
      options.onLens();
    },
    onPoint: (x: number | undefined) => {
      for (const [id, card] of cards) if (widths.has(id)) card.point(x);
    },
    onCopyCsv: (chart: string) => {
      const what = t('{0} as CSV', titleOf(chart));
      void options.host.request('copyChart', { chart: chart as ChartId, what });
    },
    onCopyPng: (chart: string) => void copyPng(options.host, chart, cards.get(chart as ChartId)),
    onSave: (chart: string) =>
      void saveChart(options.host, {
        chart: chart as ChartId,
        what: titleOf(chart),
        card: cards.get(chart as ChartId),
      }),
  };
  const titleOf = (chart: string): string => model?.plots.get(chart)?.title ?? chart;
  for (const id of CHART_IDS) {
    const card = createCard(id, actions);
    cards.set(id, card);
    options.root.append(card.element);
  }
  const showGpu = (has: boolean) => cards.get('gpu')?.element.toggleAttribute('hidden', !has);
  showGpu(false);
  const drawn = createDrawer((id, plot) => cards.get(id)?.draw(plot, { preferences: preferences(), theme }));
  const draw = (): void => {
    drawn.drawWith(preferences(), theme);
    for (const id of widths.keys()) {
      const plot = model?.plots.get(id);
      if (plot) drawn.draw(id as ChartId, plot);
    }
  };
  watchVisible(new Map([...cards].map(([id, card]) => [id, card.element])), (next) => {
    // The first report opens the page, even if another tab than the charts' is shown.
    const changed = isFirst || JSON.stringify([...next]) !== JSON.stringify([...widths]);
    isFirst = false;
    widths = next;
    if (changed) options.onLens();
  });
  onThemeChange(() => {
    theme = readTheme();
    draw();
  });
  return {
    draw(next) {
      model = next;
      showGpu(next.sections.header?.hasGpu === true);
      draw();
    },
    lens: () => lensOf(preferences(), widths),
  };
}

/** Draws what changed: a plot of another state, or all of them after choices or colours changed. */
function createDrawer(draw: (id: ChartId, plot: Plot) => void) {
  const shown = new Map<ChartId, Plot>();
  let drawnWith: readonly unknown[] = [];
  return {
    drawWith(...next: readonly unknown[]) {
      if (next.some((value, i) => value !== drawnWith[i])) shown.clear();
      drawnWith = next;
    },
    draw(id: ChartId, plot: Plot) {
      if (shown.get(id) === plot) return;
      shown.set(id, plot);
      draw(id, plot);
    },
  };
}

function lensOf({ axis, smoothing, zoom }: Preferences, widths: ReadonlyMap<string, number>) {
  const charts = [...widths].map(([id, width]) => [id, { width, ...zoom }]);
  return { axis, smoothing, charts: Object.fromEntries(charts) };
}

/** Which elements are on screen, and how wide they are. Only those are drawn and requested. */
function watchVisible(
  elements: ReadonlyMap<string, HTMLElement>,
  onChange: (widths: ReadonlyMap<string, number>) => void,
): void {
  const visible = new Set<Element>();
  const onSize = (): void => {
    const shown = [...elements].filter(([, element]) => visible.has(element));
    onChange(new Map(shown.map(([id, element]) => [id, quantised(element.clientWidth)])));
  };
  const intersections = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) visible[isIntersecting ? 'add' : 'delete'](target);
    onSize();
  });
  const sizes = new ResizeObserver(onSize);
  for (const element of elements.values()) {
    intersections.observe(element);
    sizes.observe(element);
  }
}
