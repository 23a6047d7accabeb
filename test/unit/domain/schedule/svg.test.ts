import { describe, expect, it } from 'vitest';
import { describeSchedule } from '../../../../src/domain/schedule/headlines';
import { createSchedule } from '../../../../src/domain/schedule/schedule';
import { samplePoints } from '../../../../src/domain/schedule/summary';
import { highlightOf, scheduleSvg } from '../../../../src/domain/schedule/svg';
import {
  DARK_COLOURS,
  type Highlight,
  LIGHT_COLOURS,
  roundTicks,
} from '../../../../src/domain/schedule/svg-frame';
import type { Schedule, ScheduleInput } from '../../../../src/domain/schedule/types';
import { scheduleOfValues } from '../../../../src/domain/schedule/zoo/values';

const input: ScheduleInput = {
  rule: 'builtin',
  optimizer: 'SGD',
  lr0: 0.02,
  lrf: 0.01,
  cos_lr: true,
  momentum: 0.937,
  weight_decay: 0.0005,
  warmup_epochs: 5,
  warmup_momentum: 0.8,
  warmup_bias_lr: 0.1,
  warmup_shape: 'linear',
  nbs: 64,
  epochs: 30,
  stepsPerEpoch: 32,
  batch: 16,
};
const example = createSchedule(input);
const million = createSchedule({ ...input, epochs: 1000, stepsPerEpoch: 1000, warmup_epochs: 50 });

const draw = (schedule: Schedule, highlight?: Highlight) =>
  scheduleSvg(schedule, { width: 440, height: 170, colours: LIGHT_COLOURS, highlight });

/** The polylines of a picture as points. */
const curves = (svg: string): number[][][] =>
  [...svg.matchAll(/<polyline points="([^"]*)"/g)].map((m) =>
    m[1].split(' ').map((p) => p.split(',').map(Number)),
  );

describe('the picture of a schedule', () => {
  it('is one small well-formed SVG without anything from outside', () => {
    const svg = draw(million, 'peak');
    expect(svg.length).toBeLessThan(16_000);
    expect(svg).not.toMatch(/href|NaN|Infinity|undefined|<script/);
    expect(svg.match(/<svg /g)).toHaveLength(1);
    expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
  });

  it('draws the weights in front of the biases, at no more than 400 points each', () => {
    const [bias, weights] = curves(draw(million));
    expect(weights.length).toBeLessThanOrEqual(400);
    expect(bias.length).toBeLessThanOrEqual(400);
    // Weights start at the bottom, biases above the top, at which they are clipped.
    expect(weights[0]).toEqual([58, 148]);
    expect(bias[0][1]).toBeLessThan(0);
    expect(Math.min(...weights.map(([, y]) => y))).toBe(24);
  });

  it('shades the warm-up up to its last step', () => {
    expect(draw(example)).toContain(
      `<rect x="58" y="24" width="61.7" height="124" fill="${LIGHT_COLOURS.warmup}"/>`,
    );
    expect(draw(createSchedule({ ...input, warmup_epochs: 0 }))).not.toContain(LIGHT_COLOURS.warmup);
  });

  it.each([
    ['warmup_epochs', '160 steps, 16.7 %'],
    ['lr0', 'peak 0.01902'],
    ['lrf', 'final 0.0002542'],
    ['warmup_bias_lr', 'biases start at 0.1'],
    ['warmup_momentum', 'momentum 0.8 to 0.937'],
    ['epochs', '960 steps (30 epochs)'],
  ])('marks what %s is', (key, label) => {
    expect(draw(example, highlightOf(key))).toContain(`>${label}</text>`);
  });

  it('marks nothing for a key that is not in the curve', () => {
    expect(highlightOf('imgsz')).toBeUndefined();
  });

  it('takes its colours from the theme', () => {
    const svg = scheduleSvg(example, {
      width: 400,
      height: 150,
      colours: { ...DARK_COLOURS, background: '#1f1f1f' },
    });
    expect(svg).toContain('fill="#1f1f1f"');
    expect(svg).toContain(`stroke="${DARK_COLOURS.accent}"`);
    expect(svg).not.toContain(LIGHT_COLOURS.accent);
  });

  it('draws degenerate schedules: none, one step, all zero', () => {
    expect(draw(scheduleOfValues([[]]))).toContain('<svg');
    expect(draw(scheduleOfValues([[0.1]]))).not.toMatch(/NaN|Infinity/);
    expect(draw(scheduleOfValues([[0, 0, 0]]), 'peak')).not.toMatch(/NaN|Infinity/);
    expect(draw(scheduleOfValues([[0, 0, 0]]), 'momentum')).not.toMatch(/NaN|Infinity/);
  });
});

describe('points of a curve', () => {
  it('are all steps of a short one', () => {
    expect(samplePoints(scheduleOfValues([[1, 2, 3]]), 0, 400).map((p) => p.lr)).toEqual([1, 2, 3]);
  });

  it('keep the first, the last, the end of warm-up and every peak of a long one', () => {
    const saw = scheduleOfValues([Float64Array.from({ length: 100_000 }, (_, i) => (i % 1000) / 1000)]);
    const points = samplePoints(saw, 0, 400);
    expect(points.length).toBeLessThanOrEqual(400);
    expect(points[0].step).toBe(0);
    expect(points.at(-1)?.step).toBe(99_999);
    expect(points.filter((p) => p.lr > 0.85).length).toBeGreaterThan(80);
    expect(samplePoints(million, 0, 400).map((p) => p.step)).toContain(million.warmupSteps);
  });
});

describe('a schedule in one line', () => {
  it('tells rise, peak and end', () => {
    expect(describeSchedule(example)).toBe(
      'LR from 0, highest 0.01902 at step 159, warm-up of 160 steps (16.7 %), then to 0.0002542 at step 959',
    );
    expect(describeSchedule(createSchedule({ ...input, warmup_epochs: 0 }))).toBe(
      'LR from 0.02, highest 0.02 at step 0, no warm-up, then to 0.0002542 at step 959',
    );
    expect(describeSchedule(scheduleOfValues([[]]))).toBe('a run of no steps');
  });
});

describe('round ticks', () => {
  it('are at most as many as asked, at 1, 2 or 5 times a power of ten', () => {
    expect(roundTicks(0.0197, 4)).toEqual([0.005, 0.01, 0.015]);
    expect(roundTicks(100, 5)).toEqual([20, 40, 60, 80, 100]);
    expect(roundTicks(1e-5, 4)).toEqual([0.000005, 0.00001]);
    expect(roundTicks(7, 5)).toEqual([2, 4, 6]);
  });

  it('are none if there is no scale', () => {
    for (const largest of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(roundTicks(largest, 4)).toEqual([]);
  });
});
