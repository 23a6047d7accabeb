// Only this file imports Chart.js. Only the parts that are used are registered.
import {
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type ScaleOptionsByType,
  Tooltip,
} from 'chart.js';
import { Context } from 'svgcanvas';
import type { ChartPoint } from '../state/model';
import { overlayPlugin } from './overlay';
import type { ChartSpec, LineSpec } from './spec';
import { describeX, formatX, isZero } from './ticks';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Tooltip);

/** Width of every y axis, so that charts under each other share their left edge. */
const AXIS_WIDTH = 46;

export type DrawnChart = {
  /** Draws the present spec; its points may have grown in place. */
  draw(spec: ChartSpec): void;
  /** A line at x in all charts, if the pointer is in one. */
  point(x: number | undefined): void;
  /** x at a pixel of the canvas. */
  xAt(pixel: number): number;
  toPng(): Promise<Blob | null>;
  /** The same drawing as lines and texts. */
  toSvg(): string;
  destroy(): void;
};

export type DrawWords = { readonly epoch: string; readonly step: string };

export function createChart(canvas: HTMLCanvasElement, first: ChartSpec, words: DrawWords): DrawnChart {
  let spec = first;
  const overlay = overlayPlugin(() => spec);
  const chart = new Chart<'line', ChartPoint[]>(canvas, {
    ...configuration(first, () => spec, words),
    plugins: [overlay.plugin as never],
  });
  return {
    draw(next) {
      spec = next;
      syncDatasets(chart, next);
      chart.options.scales = scales(next);
      chart.update('none');
    },
    point(x) {
      if (overlay.point(x)) chart.draw();
    },
    xAt: (pixel) => chart.scales.x?.getValueForPixel(pixel) ?? Number.NaN,
    toPng: () => toPng(canvas, spec.theme.background),
    toSvg: () => toSvg(chart, spec.theme.background),
    destroy: () => chart.destroy(),
  };
}

function configuration(
  spec: ChartSpec,
  current: () => ChartSpec,
  words: DrawWords,
): ChartConfiguration<'line', ChartPoint[]> {
  return {
    type: 'line',
    data: { datasets: spec.lines.map(dataset) },
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      events: ['mousemove', 'mouseout'],
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      layout: { padding: { top: 6, right: 8, bottom: 0, left: 0 } },
      elements: { point: { hitRadius: 0, hoverRadius: 3 } },
      scales: scales(spec),
      plugins: { legend: { display: false }, tooltip: tooltip(spec, current, words) },
    },
  };
}

function dataset(line: LineSpec): ChartDataset<'line', ChartPoint[]> {
  return {
    label: line.label,
    data: pointsOf(line),
    borderColor: line.colour,
    backgroundColor: line.colour,
    borderWidth: line.width,
    showLine: line.width > 0,
    borderDash: [...line.dash],
    pointRadius: line.radius,
    pointStyle: line.star ? starOf(line) : 'circle',
    pointBorderWidth: 0,
    hidden: line.hidden,
    order: line.order,
    borderJoinStyle: 'bevel',
    spanGaps: false,
  };
}

/** A hidden line has no points: the library would lay all of them out at each update. */
const pointsOf = ({ hidden, points }: LineSpec): ChartPoint[] => (hidden ? NO_POINTS : points);
const NO_POINTS: ChartPoint[] = [];

/** A filled five-pointed star; the library's own is an asterisk. */
function starOf({ colour, radius }: LineSpec): HTMLCanvasElement {
  const scale = Math.ceil(window.devicePixelRatio);
  const star = document.createElement('canvas');
  star.width = star.height = 2 * radius * scale;
  star.style.width = star.style.height = `${2 * radius}px`;
  const context = star.getContext('2d');
  if (!context) return star;
  context.translate(radius * scale, radius * scale);
  context.beginPath();
  for (let i = 0; i < 10; i++) {
    const length = (i % 2 === 0 ? 1 : 0.42) * radius * scale;
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    context.lineTo(length * Math.cos(angle), length * Math.sin(angle));
  }
  context.fillStyle = colour;
  context.fill();
  return star;
}

/** Keeps Chart.js' own data sets if they are the same ones: it then only reads what was added. */
function syncDatasets(chart: Chart<'line', ChartPoint[]>, spec: ChartSpec): void {
  const before = chart.data.datasets;
  chart.data.datasets = spec.lines.map((line, i) => {
    const own = before[i];
    return own?.data === pointsOf(line) ? Object.assign(own, dataset(line)) : dataset(line);
  });
}

type Scales = { readonly x: unknown; readonly y: unknown };

function scales(spec: ChartSpec): { x: ScaleOptionsByType<'linear'>; y: ScaleOptionsByType<'linear'> } {
  const { theme } = spec;
  const common = {
    border: { display: false },
    grid: { color: gridColour(spec), drawTicks: false, lineWidth: 1 },
  };
  const ticks = { color: theme.muted, font: { size: 10, family: theme.font }, padding: 5, maxRotation: 0 };
  const result: Scales = {
    x: {
      ...common,
      type: 'linear',
      min: spec.x.min,
      max: spec.x.max,
      grid: { ...common.grid, display: false },
      // Without the bounds of a zoom, which are not round numbers.
      ticks: {
        ...ticks,
        maxTicksLimit: 7,
        includeBounds: false,
        callback: (v: number) => formatX(v, spec.x.kind),
      },
    },
    y: {
      ...common,
      type: spec.y.log ? 'logarithmic' : 'linear',
      beginAtZero: !spec.y.log,
      ...(spec.y.log ? {} : { min: spec.y.bottom, max: spec.y.top, grace: '4%' }),
      afterFit: (scale: { width: number }) => {
        scale.width = AXIS_WIDTH;
      },
      ticks: {
        ...ticks,
        maxTicksLimit: 5,
        count: spec.y.ticks,
        callback: (v: number, _: number, all: readonly { value: number }[]) =>
          shortTick(isZero(v, all) ? 0 : v),
      },
    },
  };
  return result as { x: ScaleOptionsByType<'linear'>; y: ScaleOptionsByType<'linear'> };
}

function gridColour({ theme }: ChartSpec): string {
  return `color-mix(in srgb, ${theme.foreground} ${theme.isHighContrast ? 30 : 8}%, transparent)`;
}

/** Ticks are round numbers: no trailing zeros, an exponent only below a thousandth. */
function shortTick(value: number): string {
  if (value === 0) return '0';
  const text =
    Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5
      ? value.toExponential(0)
      : String(Number(value.toPrecision(6)));
  return text.replace('e+', 'e');
}

function tooltip(spec: ChartSpec, current: () => ChartSpec, words: DrawWords) {
  const { theme } = spec;
  return {
    backgroundColor: theme.hover,
    borderColor: theme.hoverBorder,
    borderWidth: 1,
    cornerRadius: 3,
    padding: 8,
    titleColor: theme.muted,
    bodyColor: theme.foreground,
    titleFont: { family: theme.font, size: 11, weight: 'normal' as const },
    bodyFont: { family: theme.font, size: 12 },
    boxWidth: 8,
    boxHeight: 8,
    usePointStyle: true,
    filter: (item: { datasetIndex: number }) => current().lines[item.datasetIndex]?.inTooltip ?? false,
    callbacks: {
      title: (items: readonly { parsed: { x: number | null } }[]) =>
        items[0] ? describeX(items[0].parsed.x ?? 0, current().x.kind, words) : '',
      label: (item: { dataset: { label?: string }; parsed: { y: number | null } }) =>
        ` ${item.dataset.label ?? ''}  ${current().formatY(item.parsed.y ?? Number.NaN)}`,
    },
  };
}

/** The canvas on its background: charts are transparent, clipboards are not. */
function toPng(canvas: HTMLCanvasElement, background: string): Promise<Blob | null> {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d');
  if (!context) return Promise.resolve(null);
  context.fillStyle = background;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  return new Promise((resolve) => copy.toBlob(resolve, 'image/png'));
}

type LineDrawing = Chart<'line', ChartPoint[]>;

/** Chart.js draws through a context that the chart, its axes and its lines hold: for one drawing, one that writes SVG. */
function toSvg(chart: LineDrawing, background: string): string {
  const { ctx, width, height } = chart;
  const recorder = new Context({ width, height, document });
  try {
    drawThrough(chart, recorder as never, true);
    chart.draw();
  } finally {
    drawThrough(chart, ctx, false);
  }
  const behind = `<rect width="100%" height="100%" fill="${background}"/>`;
  return recorder.getSerializedSvg(true).replace(/^<svg[^>]*>/, (head) => head + behind);
}

/** `isPlain`: lines are drawn piece by piece; a path of the browser's own cannot be written as text. */
function drawThrough(chart: LineDrawing, ctx: CanvasRenderingContext2D, isPlain: boolean): void {
  Object.assign(chart, { ctx });
  for (const scale of Object.values(chart.scales)) Object.assign(scale, { ctx });
  for (const { controller, dataset } of chart.getSortedVisibleDatasetMetas()) {
    Object.assign(controller, { _ctx: ctx });
    const line = dataset as { options: object } | undefined;
    if (line) line.options = { ...line.options, segment: isPlain ? {} : undefined };
  }
}
