import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import {
  formatBytes,
  formatCount,
  formatDifference,
  formatDuration,
  formatProbability,
  formatRate,
  formatSeconds,
  formatValue,
  shortName,
} from '../../../../src/domain/display/format';

const t = createTranslate();
const check = (actual: string, expected: string) => expect(actual).toBe(expected);

describe('numbers for people', () => {
  it('have three digits that matter', () => {
    check(formatValue(1234.5), '1235');
    check(formatValue(0.5), '0.500');
    check(formatValue(0.00042), '4.2e-4');
    check(formatValue(Number.NaN), 'NaN');
    check(formatValue(Number.POSITIVE_INFINITY), '∞');
  });

  it('are rates without trailing zeros', () => {
    check(formatRate(0.01), '0.01');
    check(formatRate(0.00642), '0.00642');
    check(formatRate(2e-5), '2e-5');
    check(formatRate(0), '0');
  });

  it('are counts with thousands apart, bytes and differences with their sign', () => {
    check(formatCount(62500), '62,500');
    check(formatBytes(1_730_000), '1.73 MB');
    check(formatDifference(-0.0043), '−0.0043');
    check(formatDifference(0.0081), '+0.0081');
  });

  it('are differences that are exact, with as many digits as show that they are not 0', () => {
    // .665 against .669: what is shown is -.004, the difference is -.005.
    check(formatDifference(0.66451 - 0.66949), '−0.0050');
    check(formatDifference(0.00009), '+0.0001');
    check(formatDifference(-0.00003), '−0.00003');
    check(formatDifference(0.0000004), '+<0.000001');
    check(formatDifference(0), '±0.0000');
    check(formatDifference(-4e-16), '±0.0000');
    check(formatDifference(Number.NaN), '–');
  });

  it('never claim certainty', () => {
    check(formatProbability(0.9999), '>99 %');
    check(formatProbability(0.0001), '<1 %');
    check(formatProbability(0.93), '93 %');
  });

  it('are spans in their two largest units', () => {
    check(formatDuration(45.4, t), '45 s');
    check(formatDuration(190, t), '3 min 10 s');
    check(formatDuration(7500, t), '2 h 5 min');
    check(formatDuration(100_800, t), '1 d 4 h');
    check(formatSeconds(2.13, t), '2.1 s');
    check(formatSeconds(0.418, t), '0.42 s');
  });
});

describe('names in a narrow list', () => {
  it('are whole if they are short', () => {
    check(shortName('pcb-nano-12'), 'pcb-nano-12');
    check(shortName('pcb-nano-twenty-long'), 'pcb-nano-twenty-long');
  });

  it('lose their middle and keep the number at their end', () => {
    check(shortName('visdrone-yolo11s-1280-mosaic-night-117'), 'visdrone-yol…ght-117');
    check(shortName('visdrone-yolo11s-1280-mosaic-night-118'), 'visdrone-yol…ght-118');
    check(
      shortName('电路板检测实验电路板检测实验电路板检测实验电路板-12'),
      '电路板检测实验电路板检测…验电路板-12',
    );
  });
});
