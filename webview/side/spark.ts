/** SVG path of a small curve that fills width x height; a single value is a horizontal line. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  if (values.length === 0) return '';
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || 1;
  const pad = 2;
  const y = (v: number): number => height - pad - ((v - low) / span) * (height - 2 * pad);
  const x = (i: number): number => (i / Math.max(1, values.length - 1)) * width;
  const points = values.map((v, i) => `${x(i).toFixed(1)} ${y(v).toFixed(1)}`);
  return values.length === 1 ? `M0 ${y(values[0]).toFixed(1)}H${width}` : `M${points.join('L')}`;
}
