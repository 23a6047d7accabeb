export type AxisRange = { readonly from: number; readonly to: number };

/** Shorter drags, in pixels, are ignored. */
const SMALLEST_DRAG = 5;
const ZOOM_FACTOR = 0.5;
const PAN_SHARE = 0.25;

/** The range after a key: + and - zoom about the middle, arrows move, Escape and 0 show all (undefined). */
export function rangeAfterKey(key: string, now: AxisRange): AxisRange | 'all' | undefined {
  const span = now.to - now.from;
  if (key === '+' || key === '=') return about(now, span * ZOOM_FACTOR);
  if (key === '-') return about(now, span / ZOOM_FACTOR);
  if (key === 'ArrowLeft') return { from: now.from - span * PAN_SHARE, to: now.to - span * PAN_SHARE };
  if (key === 'ArrowRight') return { from: now.from + span * PAN_SHARE, to: now.to + span * PAN_SHARE };
  return key === 'Escape' || key === '0' ? 'all' : undefined;
}

function about({ from, to }: AxisRange, span: number): AxisRange {
  const middle = (from + to) / 2;
  return { from: Math.max(0, middle - span / 2), to: middle + span / 2 };
}

export type DragZoom = {
  readonly surface: HTMLElement;
  readonly selection: HTMLElement;
  readonly xAt: (pixel: number) => number;
  readonly onZoom: (range: AxisRange) => void;
};

/** Drag over a chart selects a range of x. */
export function dragToZoom({ surface, selection, xAt, onZoom }: DragZoom): void {
  let start: number | undefined;
  const pixel = (event: PointerEvent): number => event.clientX - surface.getBoundingClientRect().left;
  surface.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    start = pixel(event);
    surface.setPointerCapture(event.pointerId);
  });
  surface.addEventListener('pointermove', (event) => {
    if (start === undefined) return;
    const now = pixel(event);
    selection.style.left = `${Math.min(start, now)}px`;
    selection.style.width = `${Math.abs(now - start)}px`;
    selection.hidden = Math.abs(now - start) < SMALLEST_DRAG;
  });
  surface.addEventListener('pointerup', (event) => {
    const from = start;
    start = undefined;
    selection.hidden = true;
    if (from === undefined || Math.abs(pixel(event) - from) < SMALLEST_DRAG) return;
    const [low, high] = [from, pixel(event)].sort((a, b) => a - b);
    onZoom({ from: Math.max(0, xAt(low)), to: xAt(high) });
  });
}
