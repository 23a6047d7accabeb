import { visible } from '../../../base/visible';
import { metricNames } from '../../../domain/run/task';
import { mainRates, type RunState } from '../../../run/state';
import { type PlotOptions, plotCurve, sideBySide } from '../../output/plot';
import { barLine } from '../../output/progress';
import type { Style } from '../../output/style';
import { displayWidth } from '../../output/table';
import { barText } from '../bar-text';
import type { Mode } from './mode';

export type FrameInput = {
  readonly name: string;
  readonly state: RunState;
  readonly mode: Mode;
  readonly isPaused: boolean;
  /** What was said last about watching, asking and answers. */
  readonly note: string;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly style: Style;
};

/** The page: what goes on, three charts, alarms, and what the keys do. As many lines as there are rows, none wider. */
export function frameLines(input: FrameInput): string[] {
  const { size, state, style, name } = input;
  const { share, left, right } = barText(state);
  const head = [
    style.bold(
      cutTo(`${name}  ${input.isPaused ? 'paused' : (state.status?.state ?? 'starting')}`, size.columns),
    ),
    cutTo(barLine(share, { left, right }, size.columns - 1), size.columns),
  ];
  const foot = footLines(input);
  const room = size.rows - head.length - foot.length;
  const middle = chartLines(state, { columns: size.columns, rows: room }).map((line) =>
    cutTo(line, size.columns),
  );
  const filled = Array.from({ length: Math.max(0, room) }, (_, y) => middle[y] ?? '');
  return [...head, ...filled, ...foot].slice(0, size.rows);
}

/** Cut to so many cells; nothing in it acts on the terminal. */
export function cutTo(text: string, columns: number): string {
  let width = 0;
  let cut = '';
  for (const char of visible(text)) {
    width += displayWidth(char);
    if (width > columns) break;
    cut += char;
  }
  return cut;
}

const MOST_ALARMS = 3;
const MOST_PREVIEW = 8;

function footLines({ state, mode, isPaused, note, size, style }: FrameInput): string[] {
  const alerts = state.alerts.filter(({ severity }) => severity !== 'info').slice(-MOST_ALARMS);
  const preview = mode.kind === 'lr?' ? mode.lines.slice(0, MOST_PREVIEW) : [];
  return [
    ...alerts.map(({ severity, message }) =>
      (severity === 'error' ? style.bad : style.warn)(cutTo(`${severity}: ${message}`, size.columns)),
    ),
    ...[...preview, note].map((line) => cutTo(line, size.columns)),
    style.dim(cutTo(keysLine(mode, isPaused), size.columns)),
  ];
}

function keysLine(mode: Mode, isPaused: boolean): string {
  switch (mode.kind) {
    case 'watch':
      return isPaused
        ? 'p resume   n next run   q leave'
        : 's stop   p pause   l learning rate   n next run   q leave';
    case 'stop?':
      return 'stop this run at its next batch?   y yes   n no';
    case 'type-lr':
      return `learning rate, or plan: ${mode.text}_   Enter shows what it does   Esc back`;
    case 'lr?':
      return 'send it?   y yes   n no';
  }
}

type Chart = {
  readonly title: string;
  readonly values: ArrayLike<number>;
  readonly scale?: PlotOptions['scale'];
};
type ChartRoom = { readonly columns: number; readonly rows: number };

function chartsOf(state: RunState): readonly Chart[] {
  return [
    { title: 'loss', values: state.steps.loss.get('total')?.view() ?? [], scale: 'log' },
    { title: 'learning rate', values: mainRates(state)?.view() ?? [] },
    {
      title: metricNames(state.plan?.task)[0],
      values: [...state.validations.values()].map(({ map }) => map),
    },
  ];
}

const LEAST_COLUMN = 34;
const AXIS = 10;
const LEAST_HEIGHT = 3;

/** Beside each other if there is room, else below; the first ones only if there is little. */
function chartLines(state: RunState, { columns, rows }: ChartRoom): string[] {
  const charts = chartsOf(state);
  const beside = Math.floor(columns / charts.length);
  if (beside >= LEAST_COLUMN) {
    const drawn = charts.map((chart) => draw(chart, { columns: beside - 2, rows }));
    return drawn.reduce((left, right) => sideBySide(left, right, 2));
  }
  const each = Math.max(LEAST_HEIGHT + 1, Math.floor(rows / charts.length));
  return charts.flatMap((chart) => draw(chart, { columns, rows: each })).slice(0, rows);
}

function draw({ title, values, scale }: Chart, { columns, rows }: ChartRoom): string[] {
  const height = rows - 1;
  if (height < 2) return [];
  const options = { width: Math.max(8, columns - AXIS), height, ...(scale && { scale }) };
  return [title, ...plotCurve(values, options)];
}
