import { escapeHtml } from '../../base/html';
import { formatMetric, formatRate } from '../display/format';
import type { Cell } from '../runs-table/row';
import type { SvgColours } from '../schedule/svg-frame';
import { shownSetting } from './display';

export type SweepPicture = { readonly width: number; readonly height: number; readonly colours: SvgColours };

/** How a trial is drawn: the file as it stands and the best one stand out. */
export type TrialMark = 'file' | 'best' | 'stopped' | 'other';

export type TrialLine = {
  readonly name: string;
  readonly mark: TrialMark;
  readonly settings: ReadonlyMap<string, Cell>;
  /** Its best metric so far. */
  readonly value: number;
};

const MARGIN = { left: 52, right: 52, top: 30, bottom: 26 };
const MOST_AXES = 12;
/** A key whose values span this factor has a logarithmic axis. */
const LOG_FACTOR = 10;

/**
 * Parallel coordinates (Inselberg 1985): an axis for each setting that is varied and one for the metric, a line for each
 * trial that has a result. Lines that meet at the top of the metric show which settings they share.
 */
export function parallelSvg(
  {
    keys,
    trials,
    metric,
  }: { readonly keys: readonly string[]; readonly trials: readonly TrialLine[]; readonly metric: string },
  picture: SweepPicture,
): string {
  const { width, height, colours } = picture;
  const shown = keys.slice(0, MOST_AXES);
  const x = (i: number): number =>
    round(MARGIN.left + ((width - MARGIN.left - MARGIN.right) * i) / shown.length);
  const span = { top: MARGIN.top, bottom: height - MARGIN.bottom };
  const axes = [
    ...shown.map((key) =>
      axisOf(
        trials.map(({ settings }) => settings.get(key)),
        span,
      ),
    ),
    metricAxis(trials, span),
  ];
  const titles = [...shown, metric];
  const order = { other: 0, stopped: 0, file: 1, best: 2 };
  const lines = trials
    .toSorted((a, b) => order[a.mark] - order[b.mark])
    .map((trial) => {
      const cells = [...shown.map((key) => trial.settings.get(key)), trial.value];
      const points = cells.map((cell, i) => `${x(i)} ${axes[i].place(cell)}`);
      return `<path d="M${points.join('L')}" fill="none" ${strokeOf(trial.mark, colours)}><title>${escapeHtml(trial.name)}</title></path>`;
    });
  const drawn = axes.map((axis, i) => drawAxis({ axis, x: x(i), title: titles[i], span }, colours));
  return svg(picture, [...lines, ...drawn]);
}

/** The highest metric against the epochs that all trials together have trained: a stair. */
export function bestCurveSvg(
  points: readonly { readonly epochs: number; readonly value: number }[],
  words: { readonly epochs: string; readonly metric: string },
  picture: SweepPicture,
): string {
  const { width, height, colours } = picture;
  const most = Math.max(1, points.at(-1)?.epochs ?? 1);
  const [low, high] = spanOf(points.map(({ value }) => value));
  const span = { top: MARGIN.top, bottom: height - MARGIN.bottom };
  const right = width - 14;
  const x = (epochs: number): number => round(MARGIN.left + ((right - MARGIN.left) * epochs) / most);
  const y = (value: number): number => scaled(value, low, high, span);
  const stairs = points.map((p, i) =>
    i === 0 ? `M${x(p.epochs)} ${y(p.value)}` : `H${x(p.epochs)}V${y(p.value)}`,
  );
  const grid = [low, high].map(
    (value) => `<path d="M${MARGIN.left} ${y(value)}H${right}" stroke="${colours.grid}" fill="none"/>`,
  );
  return svg(picture, [
    ...grid,
    ...[low, high].map((value) =>
      label([MARGIN.left - 6, y(value) + 4], formatMetric(value), { colour: colours.muted, anchor: 'end' }),
    ),
    `<path d="${stairs.join('')}" fill="none" stroke="${colours.accent}" stroke-width="2"/>`,
    ...points.map((p) => `<circle cx="${x(p.epochs)}" cy="${y(p.value)}" r="2.5" fill="${colours.accent}"/>`),
    label([MARGIN.left, 14], words.metric, { colour: colours.muted, anchor: 'start' }),
    label([right, height - 8], `${most} ${words.epochs}`, { colour: colours.muted, anchor: 'end' }),
  ]);
}

type Heights = { readonly top: number; readonly bottom: number };
type PlotAxis = {
  readonly place: (cell: Cell) => number;
  /** Labels with their heights. */
  readonly ticks: readonly (readonly [y: number, text: string])[];
};

function axisOf(cells: readonly Cell[], span: Heights): PlotAxis {
  const numbers = cells.filter((cell) => typeof cell === 'number' && Number.isFinite(cell));
  const given = cells.filter((cell) => cell !== undefined);
  return numbers.length > 0 && numbers.length === given.length
    ? numberAxis(numbers as number[], span)
    : nameAxis(given, span);
}

/** Of a setting that a trial does not have, below the axis. */
const absent = ({ bottom }: Heights): number => bottom + 12;

function numberAxis(values: readonly number[], span: Heights): PlotAxis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLog = low > 0 && high / low >= LOG_FACTOR;
  const by = (value: number): number => (isLog ? Math.log(value) : value);
  const place = (cell: Cell): number =>
    typeof cell === 'number' ? scaled(by(cell), by(low), by(high), span) : absent(span);
  return {
    place,
    ticks: [...new Set([low, high])].map((value) => [place(value), formatRate(value)] as const),
  };
}

const MOST_NAMES = 12;

function nameAxis(cells: readonly Cell[], span: Heights): PlotAxis {
  const names = [...new Set(cells.map(shownSetting))];
  const place = (cell: Cell): number => {
    if (cell === undefined) return absent(span);
    return scaled(names.indexOf(shownSetting(cell)), 0, names.length - 1, span);
  };
  const shown = names.slice(0, MOST_NAMES).map((name) => [place(name), name.slice(0, 14)] as const);
  return { place, ticks: shown };
}

function metricAxis(trials: readonly TrialLine[], span: Heights): PlotAxis {
  const [low, high] = spanOf(trials.map(({ value }) => value));
  const place = (cell: Cell): number => scaled(Number(cell), low, high, span);
  return {
    place,
    ticks: [...new Set([low, high])].map((value) => [place(value), formatMetric(value)] as const),
  };
}

const spanOf = (values: readonly number[]): readonly [low: number, high: number] =>
  values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];

/** In the middle if there is one value only. */
function scaled(value: number, low: number, high: number, { top, bottom }: Heights): number {
  const share = high === low ? 0.5 : (value - low) / (high - low);
  return round(bottom - share * (bottom - top));
}

const round = (value: number): number => Math.round(value * 10) / 10;

function strokeOf(mark: TrialMark, colours: SvgColours): string {
  if (mark === 'best') return `stroke="${colours.accent}" stroke-width="3"`;
  if (mark === 'file') return `stroke="${colours.mark}" stroke-width="2"`;
  if (mark === 'stopped') return `stroke="${colours.muted}" stroke-opacity=".6" stroke-dasharray="3 3"`;
  return `stroke="${colours.foreground}" stroke-opacity=".7"`;
}

type DrawnAxis = {
  readonly axis: PlotAxis;
  readonly x: number;
  readonly title: string;
  readonly span: Heights;
};

function drawAxis({ axis, x, title, span }: DrawnAxis, colours: SvgColours): string {
  return [
    `<path d="M${x} ${span.top}V${span.bottom}" stroke="${colours.grid}" fill="none"/>`,
    label([x, MARGIN.top - 14], title.slice(0, 24), { colour: colours.foreground, anchor: 'middle' }),
    ...axis.ticks.map(([y, text]) =>
      label([x + 5, y + 4], text, { colour: colours.muted, anchor: 'start', halo: colours.halo }),
    ),
  ].join('');
}

function svg({ width, height }: SweepPicture, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="11">${parts.join('')}</svg>`;
}

type LabelStyle = {
  readonly colour: string;
  readonly anchor: 'start' | 'middle' | 'end';
  /** So that lines do not cross it out. */
  readonly halo?: string;
};

function label(
  [x, y]: readonly [x: number, y: number],
  text: string,
  { colour, anchor, halo }: LabelStyle,
): string {
  const behind = halo && ` stroke="${halo}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`;
  return `<text x="${x}" y="${y}" fill="${colour}" text-anchor="${anchor}"${behind ?? ''}>${escapeHtml(text)}</text>`;
}
