import { createTranslate } from '../../../src/base/translate';
import { readRange } from '../../../src/domain/lr-range/suggest';
import type { RangePoint } from '../../../src/domain/lr-range/types';
import type { SweepReport, TrialReport } from '../../../src/engine/sweep/report';
import { drawnPage } from '../../../src/extension/pages/drawn-page';
import { predictionHtml } from '../../../src/extension/pages/prediction-html';
import { type RangeView, rangeBody } from '../../../src/extension/pages/range-html';
import { sweepBody } from '../../../src/extension/pages/sweep-html';

// The pages that the extension draws as one text each, with what they show on a usual day.
const t = createTranslate();

/** A loss that falls, has a valley, and blows up. */
const POINTS: readonly RangePoint[] = Array.from({ length: 200 }, (_, i) => {
  const lr = 1e-6 * 10 ** (i / 33);
  const fallen = 3 / (1 + (lr / 2e-3) ** 1.5);
  return { lr, loss: 1 + fallen + (lr / 0.4) ** 3 + 0.05 * Math.sin(i * 2.7) };
});

const range = (more: Partial<RangeView>): string =>
  drawnPage(
    rangeBody(
      {
        ...{ points: POINTS, reading: readRange(POINTS), span: { from: 1e-6, to: 1 }, steps: 200 },
        ...{ ended: true, note: undefined, settings: 'lr0: 0.016', file: 'pcb.train.yaml', applied: false },
        ...more,
      },
      t,
    ),
    'range',
    'n',
  );

function prediction(): string {
  const box = (x1: number, score: number, name: string) => ({
    ...{ x1, y1: 30, x2: x1 + 60, y2: 90, score, class: x1 > 100 ? 1 : 0, name },
  });
  const boxes = [box(10, 0.93, 'missing hole'), box(160, 0.41, 'spurious copper'), box(250, 0.27, 'spur')];
  return predictionHtml({
    prediction: { image: 'board.png', width: 320, height: 240, boxes, seconds: 0.02 },
    ...{ name: 'board.png', found: '3 boxes in 20 ms, epoch 12 of pcb-nano-1', image: PIXEL, nonce: 'n' },
    columns: { class: 'Class', confidence: 'Confidence', box: 'Box' },
  });
}
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

function trial(n: number, lr0: number, value: number): TrialReport {
  const isStopped = n > 2;
  return {
    ...{ trial: n, name: `00${n}`, dir: `/runs/s/trials/00${n}`, isBroken: false, note: undefined },
    target: undefined,
    settings: new Map<string, number | string>([
      ['lr0', lr0],
      ['optimizer', n % 2 === 0 ? 'SGD' : 'AdamW'],
      ['warmup_epochs', n],
    ]),
    state: isStopped ? 'stopped' : 'completed',
    epochs: isStopped ? 4 : 15,
    ...{ atRungs: [value / 2], best: { epoch: isStopped ? 4 : 15, value } },
    stopped: isStopped
      ? { type: 'stopped', t: 0, rung: 4, trial: n, value: value / 2, cutoff: 0.2 }
      : undefined,
  };
}

function sweep(): string {
  const trials = [0.02, 0.005, 0.01, 0.08, 0.2].map((lr0, n) => trial(n, lr0, 0.62 - 0.1 * n));
  const report: SweepReport = {
    sweep: {
      ...{ dir: '/runs/pcb-sweep-1', name: 'pcb-sweep-1' },
      file: {
        ...{ format: 1, created: 0, file: '/pcb.sweep.yaml', text: '', pitwall: '0' },
        experiment: { file: '/pcb.train.yaml', text: '' },
        ...{
          metric: 'map',
          rule: 'halving',
          reduction: 3,
          rungs: [4],
          epochs: 15,
          trials: trials.map(() => ({})),
        },
      },
      entries: trials.map((one) => ({
        type: 'judged',
        t: 0,
        rung: 4,
        trial: one.trial,
        value: one.atRungs[0] ?? 0,
      })),
    },
    ...{ keys: ['lr0', 'optimizer', 'warmup_epochs'], trials, ended: true, verdict: undefined },
  };
  return drawnPage(sweepBody({ report, state: 'ended' }, t), 'sweep', 'n');
}

/** Name -> HTML. */
export const drawnPages = (): Readonly<Record<string, string>> => ({
  range: range({}),
  'range-running': range({ points: POINTS.slice(0, 80), reading: undefined, ended: false }),
  prediction: prediction(),
  sweep: sweep(),
});
