/** Which elements are on screen, and how wide they are. Only those are drawn and asked for. */
export function watchVisible(
  elements: ReadonlyMap<string, HTMLElement>,
  onChange: (widths: ReadonlyMap<string, number>) => void,
): void {
  const visible = new Set<Element>();
  const tell = (): void => {
    const shown = [...elements].filter(([, element]) => visible.has(element));
    onChange(new Map(shown.map(([id, element]) => [id, quantised(element.clientWidth)])));
  };
  const intersections = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) visible[isIntersecting ? 'add' : 'delete'](target);
    tell();
  });
  const sizes = new ResizeObserver(tell);
  for (const element of elements.values()) {
    intersections.observe(element);
    sizes.observe(element);
  }
}

/** A chart is thinned anew when it grew by a noticeable amount, not at every pixel of a drag. */
const WIDTH_STEP = 80;
const quantised = (width: number): number => Math.max(WIDTH_STEP, Math.ceil(width / WIDTH_STEP) * WIDTH_STEP);
