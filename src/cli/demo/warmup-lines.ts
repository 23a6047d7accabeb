import { formatValue } from '../../domain/display/format';
import type { LiveRun } from '../../engine/runs/live-run';
import { type OutputStream, textWidth } from '../io';
import { score } from '../output/numbers';
import { plotCurve, rangeOf, sideBySide } from '../output/plot';

const HEIGHT = 10;
const AXIS = 10;
const GAP = 3;

/** Both loss curves beside each other on one logarithmic axis and one time axis, and how both runs ended. */
export function warmupLines(without: LiveRun, warmed: LiveRun, stream: OutputStream): string[] {
  const losses = [without, warmed].map(lossOf);
  const ranges = losses.map((loss) => rangeOf(loss, 'log'));
  const range = [Math.min(ranges[0][0], ranges[1][0]), Math.max(ranges[0][1], ranges[1][1])] as const;
  const width = Math.floor((textWidth(stream) - GAP) / 2) - AXIS;
  const steps = Math.max(...losses.map((loss) => loss.length));
  const blocks = losses.map((loss, i) => [
    i === 0 ? 'loss without warm-up' : 'loss with warm-up',
    ...plotCurve(padded(loss, steps), { width, height: HEIGHT, scale: 'log', range }),
    ...resultLines(i === 0 ? without : warmed),
  ]);
  return sideBySide(blocks[0], blocks[1], GAP);
}

function lossOf({ state }: Pick<LiveRun, 'state'>): Float64Array {
  return state.steps.loss.get('total')?.view() ?? new Float64Array();
}

/** A run that ended early leaves the rest of the axis empty. */
function padded(values: Float64Array, length: number): Float64Array {
  const all = new Float64Array(length).fill(Number.NaN);
  all.set(values);
  return all;
}

function resultLines({ state, presence }: LiveRun): string[] {
  const last = state.steps.step.length - 1;
  const best = state.best && state.validations.get(state.best.epoch);
  return [
    `${presence.state} at step ${last < 0 ? 0 : state.steps.step.at(last)}, loss ${formatValue(lossOf({ state }).at(-1) ?? Number.NaN)}`,
    best
      ? `best mAP50-95 ${score(best.map)}, mAP50 ${score(best.map50)}, epoch ${best.epoch}`
      : 'no epoch was finished',
  ];
}
