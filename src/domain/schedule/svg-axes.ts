import type { Translate } from '../../base/translate';
import { formatCount } from '../display/format';
import { markedCount } from './headlines';
import { rate } from './summary';
import { type PlotFrame, text, xOf, yOf } from './svg-frame';
import type { Schedule } from './types';

/** Space for the labels at both ends of the step axis. */
const LEFT_LABEL = 60;
const RIGHT_LABEL = 165;

/** Both axes with lines at round values, so that any point of the curve can be read off. */
export function axes(schedule: Schedule, frame: PlotFrame): readonly string[] {
  const { left, right, top, bottom, colours } = frame;
  return [
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${colours.grid}"/>`,
    ...roundTicks(frame.maximum, 4).flatMap((lr) => rateTick(lr, frame)),
    text(frame, { x: left - 6, y: bottom + 4, anchor: 'end', content: '0' }),
    ...epochTicks(schedule, frame),
    text(frame, { x: left, y: bottom + 16, anchor: 'start', content: startLabel(schedule, frame.t) }),
    text(frame, { x: right, y: bottom + 16, anchor: 'end', content: endLabel(schedule, frame.t) }),
  ];
}

function rateTick(lr: number, frame: PlotFrame): readonly string[] {
  const { left, right, colours } = frame;
  const y = yOf(frame, lr);
  return [
    `<path d="M${left} ${y}H${right}" stroke="${colours.grid}" stroke-dasharray="2 4"/>`,
    text(frame, { x: left - 6, y: y + 4, anchor: 'end', content: rate(lr) }),
  ];
}

/** Epochs at round counts, if the axis counts steps and there is room between the ends. */
function epochTicks(schedule: Schedule, frame: PlotFrame): readonly string[] {
  const { left, right, bottom, colours } = frame;
  const epochs = epochsOf(schedule);
  if (epochs === undefined) return [];
  return roundTicks(epochs, 5)
    .filter((epoch) => Number.isInteger(epoch) && epoch < epochs)
    .flatMap((epoch) => {
      const x = xOf(frame, epoch * schedule.stepsPerEpoch);
      const tick = `<path d="M${x} ${bottom}v4" stroke="${colours.grid}"/>`;
      if (x < left + LEFT_LABEL || x > right - RIGHT_LABEL) return [tick];
      return [
        tick,
        text(frame, {
          x,
          y: bottom + 16,
          anchor: 'middle',
          content: frame.t('epoch {0}', formatCount(epoch)),
          colour: colours.muted,
        }),
      ];
    });
}

/** Multiples of 1, 2 or 5 times a power of ten, at most `most` of them, above 0 and up to `largest`. */
export function roundTicks(largest: number, most: number): readonly number[] {
  if (!(largest > 0) || !Number.isFinite(largest)) return [];
  const power = 10 ** Math.floor(Math.log10(largest / most));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => largest / s <= most) ?? 10 * power;
  const count = Math.floor(largest / step + 1e-9);
  return Array.from({ length: count }, (_, i) => Number(((i + 1) * step).toPrecision(6)));
}

/** Epochs of the run, if it has several whole ones. */
function epochsOf({ unit = 'step', steps, stepsPerEpoch }: Schedule): number | undefined {
  const epochs = stepsPerEpoch > 0 ? steps / stepsPerEpoch : 0;
  return unit === 'step' && Number.isInteger(epochs) && epochs > 1 ? epochs : undefined;
}

function startLabel({ unit = 'step' }: Schedule, t: Translate): string {
  return unit === 'step' ? t('step 0') : t('epoch 0');
}

function endLabel(schedule: Schedule, t: Translate): string {
  const epochs = epochsOf(schedule);
  const steps = countOf(schedule, schedule.steps, t);
  return epochs === undefined ? steps : t('{0} ({1} epochs)', steps, formatCount(epochs));
}

/** "3,125 steps" in the unit of the schedule. */
export function countOf(schedule: Schedule, n: number, t: Translate): string {
  if (schedule.unit === 'epoch') return n === 1 ? t('1 epoch') : t('{0} epochs', formatCount(n));
  return n === 1 ? t('1 step') : t('{0} steps', markedCount(schedule, n));
}
