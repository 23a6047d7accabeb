import { expect, it } from 'vitest';
import { styleFor } from '../../../../src/cli/output/style';
import { displayWidth } from '../../../../src/cli/output/table';
import { cutTo, frameLines } from '../../../../src/cli/watch/screen/frame';
import { press, WATCH } from '../../../../src/cli/watch/screen/mode';
import { syntheticState } from '../../../helpers/synthetic-run';
import { collector } from '../harness';

const style = styleFor({ env: {} } as Parameters<typeof styleFor>[0], collector());
const frame = (columns: number, rows: number) =>
  frameLines({
    ...{ name: '检测\u001b[31m'.repeat(30), state: syntheticState(), mode: WATCH, isPaused: false },
    ...{ note: '', size: { columns, rows }, style },
  });

it('fills the terminal and reaches over no edge of it, whatever its size', () => {
  for (const [columns, rows] of [
    [50, 12],
    [80, 24],
    [101, 30],
    [240, 70],
  ]) {
    const lines = frame(columns, rows);
    expect([columns, lines.length]).toEqual([columns, rows]);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    expect(lines.join('\n')).not.toContain('\u001b');
  }
});

it('cuts between letters, wide ones too', () => {
  expect([cutTo('检测', 3), cutTo('检测', 4), cutTo('ab', 1)]).toEqual(['检', '检测', 'a']);
});

it('a key that stops, and one that pauses, mean nothing else while a question is open', () => {
  const run = { state: syntheticState(), isPaused: false };
  const key = (text: string) => ({ name: text, text });
  expect(press({ kind: 'stop?' }, key('p'), run)).toEqual({ mode: { kind: 'stop?' } });
  expect(press({ kind: 'type-lr', text: '' }, key('q'), run).mode).toEqual({ kind: 'type-lr', text: 'q' });
  expect(press(WATCH, key('s'), { ...run, isPaused: true })).toEqual({ mode: WATCH });
});
