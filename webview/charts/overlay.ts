import { type ChartSpec, withAlpha } from './spec';

/** What an overlay needs of the library's chart; by shape, so that only one file imports the library. */
type Surface = {
  readonly ctx: CanvasRenderingContext2D;
  readonly chartArea: { left: number; right: number; top: number; bottom: number };
  readonly scales: { readonly x?: { getPixelForValue(value: number): number } };
};

export type Overlay = {
  readonly plugin: {
    readonly id: string;
    beforeDatasetsDraw(chart: Surface): void;
    afterDatasetsDraw(chart: Surface): void;
  };
  /** Moves the pointer line; true if it moved. */
  point(x: number | undefined): boolean;
};

/** Warm-up region behind the lines, marks of changes and the pointer's line before them. */
export function overlayPlugin(spec: () => ChartSpec): Overlay {
  let pointer: number | undefined;
  return {
    plugin: {
      id: 'pitwall-overlay',
      beforeDatasetsDraw: (chart) => drawBand(chart, spec()),
      afterDatasetsDraw: (chart) => {
        for (const mark of spec().marks) drawMark(chart, spec(), mark);
        if (pointer !== undefined) drawPointer(chart, spec(), pointer);
      },
    },
    point(x) {
      const moved = x !== pointer;
      pointer = x;
      return moved;
    },
  };
}

function drawBand({ ctx, chartArea, scales }: Surface, { band, theme }: ChartSpec): void {
  if (!band || !scales.x) return;
  const from = Math.max(chartArea.left, scales.x.getPixelForValue(band.from));
  const to = Math.min(chartArea.right, scales.x.getPixelForValue(band.to));
  if (to <= from) return;
  ctx.save();
  ctx.fillStyle = band.colour;
  ctx.fillRect(from, chartArea.top, to - from, chartArea.bottom - chartArea.top);
  ctx.fillStyle = theme.colours.blue;
  ctx.font = `10px ${theme.font}`;
  ctx.textBaseline = 'top';
  const width = ctx.measureText(band.label).width;
  const isRoomRight = to + 6 + width < chartArea.right;
  ctx.textAlign = isRoomRight ? 'left' : 'right';
  haloText({ ctx, theme }, band.label, isRoomRight ? to + 6 : to - 6, chartArea.bottom - 16);
  ctx.restore();
}

function drawMark(
  { ctx, chartArea, scales }: Surface,
  { theme }: ChartSpec,
  mark: { x: number; label: string },
): void {
  const x = scales.x?.getPixelForValue(mark.x);
  if (x === undefined || x < chartArea.left || x > chartArea.right) return;
  ctx.save();
  ctx.strokeStyle = theme.colours.yellow;
  ctx.fillStyle = theme.colours.yellow;
  verticalLine(ctx, x, chartArea, [3, 3]);
  ctx.font = `10px ${theme.font}`;
  ctx.textBaseline = 'top';
  const width = ctx.measureText(mark.label).width;
  const left = x + 5 + width < chartArea.right ? x + 5 : x - 5 - width;
  haloText({ ctx, theme }, mark.label, left, chartArea.top + 2);
  ctx.restore();
}

/** Text that stays readable if a line crosses it. */
function haloText(
  { ctx, theme }: { ctx: CanvasRenderingContext2D; theme: ChartSpec['theme'] },
  text: string,
  x: number,
  y: number,
): void {
  ctx.save();
  ctx.strokeStyle = theme.background;
  ctx.lineWidth = 3;
  ctx.lineJoin = 'round';
  ctx.setLineDash([]);
  ctx.strokeText(text, x, y);
  ctx.restore();
  ctx.fillText(text, x, y);
}

function drawPointer({ ctx, chartArea, scales }: Surface, { theme }: ChartSpec, at: number): void {
  const x = scales.x?.getPixelForValue(at);
  if (x === undefined || x < chartArea.left || x > chartArea.right) return;
  ctx.save();
  ctx.strokeStyle = withAlpha(theme.foreground, 0.35);
  verticalLine(ctx, x, chartArea, []);
  ctx.restore();
}

function verticalLine(
  ctx: CanvasRenderingContext2D,
  x: number,
  area: { top: number; bottom: number },
  dash: number[],
): void {
  ctx.setLineDash(dash);
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(Math.round(x) + 0.5, area.top);
  ctx.lineTo(Math.round(x) + 0.5, area.bottom);
  ctx.stroke();
}
