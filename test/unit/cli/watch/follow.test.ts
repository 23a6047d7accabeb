import { describe, expect, it } from 'vitest';
import { styleFor } from '../../../../src/cli/output/style';
import { barText } from '../../../../src/cli/watch/bar-text';
import { entryLines, epochIsSettled, epochRow } from '../../../../src/cli/watch/human-reporter';
import { stoppingNote } from '../../../../src/cli/watch/stop-on-interrupt';
import { failedValidations, summaryLines } from '../../../../src/cli/watch/summary';
import { createRunState, reduceRun } from '../../../../src/run/reduce';
import type { RunEntry, RunState } from '../../../../src/run/state';
import { slashed } from '../../../helpers/platform';
import { syntheticRun, syntheticState } from '../../../helpers/synthetic-run';
import { collector } from '../harness';

const plain = styleFor({ env: {} } as Parameters<typeof styleFor>[0], collector());

const event = (value: object): RunEntry => ({ source: 'events', value: { t: 0, ...value } }) as RunEntry;
const keeper = (value: object): RunEntry => ({ source: 'keeper', value: { t: 9, ...value } }) as RunEntry;
const coco = {
  AP: 0,
  AP50: 0,
  AP75: 0,
  APs: 0,
  APm: 0,
  APl: 0,
  AR1: 0,
  AR10: 0,
  AR100: 0,
  ARs: 0,
  ARm: 0,
  ARl: 0,
};
const validated = (epoch: number, map: number): RunEntry =>
  ({
    source: 'validation',
    value: {
      type: 'validation',
      t: 5,
      epoch,
      step: epoch * 10,
      path: `checkpoints/epoch-000${epoch}`,
      images: 4,
      device: 'cpu',
      imgsz: 64,
      batch: 4,
      half: false,
      map,
      map50: map + 0.1,
      map75: map,
      precision: 0.5,
      recall: 0.25,
      f1: 0.3,
      confidence: 0.2,
      coco,
      perClass: [],
      seconds: { total: 1, inference: 1 },
      skipped: 0,
    },
  }) as RunEntry;

const START: readonly RunEntry[] = [
  event({
    type: 'hello',
    trainer: 'builtin',
    pid: 1,
    attempt: 1,
    fromStep: 0,
    groups: ['weights'],
    knobs: [],
  }),
  event({ type: 'plan', epochs: 2, stepsPerEpoch: 10, totalSteps: 20, settings: [] }),
];
const step = (n: number, ips = 100): RunEntry =>
  event({
    type: 'step',
    t: n * 500,
    step: n,
    epoch: 1 + Math.floor(n / 10),
    lr: [0.01],
    loss: { total: 2.5 },
    ips,
  });
const epoch = (n: number): readonly RunEntry[] => [
  event({ type: 'epoch', epoch: n, step: n * 10, seconds: 5, loss: { total: 2 / n } }),
  event({ type: 'checkpoint', path: `checkpoints/epoch-000${n}`, epoch: n, step: n * 10, bytes: 1 }),
];

const fold = (...entries: readonly RunEntry[]): RunState => entries.reduce(reduceRun, createRunState());
const firstSteps = Array.from({ length: 10 }, (_, i) => step(i));

describe('the bar', () => {
  it('says where the run is and how long it will take', () => {
    expect(barText(fold(...START, ...firstSteps))).toEqual({
      share: 0.5,
      left: 'epoch 1/2',
      right: 'loss 2.50  lr 0.01  100 img/s  ETA 5.0 s',
    });
  });
  it('does not count the time between a pause and its resume', () => {
    const hello = { type: 'hello', protocol: 1, trainer: 'builtin', pid: 1, groups: ['weights'] };
    const resumed = [{ ...hello, attempt: 2, fromStep: 10, t: 3_600_000 }].map(event);
    const steps = [10, 11].map((step) =>
      event({
        type: 'step',
        t: 3_600_000 + step * 500,
        step,
        epoch: 2,
        lr: [0.01],
        loss: { total: 2 },
        ips: 100,
      }),
    );
    expect(barText(fold(...START, ...firstSteps, ...resumed, ...steps)).right).toContain('ETA 4.0 s');
  });
  it('gives the speed of recent steps: one that waited for its images does not count', () => {
    const steps = firstSteps.map((_, i) => step(i, i === 9 ? 3 : 100));
    expect(barText(fold(...START, ...steps)).right).toContain('100 img/s');
  });
  it('has an answer before the first step', () => {
    expect(barText(createRunState())).toEqual({ share: 0, left: 'starting', right: '' });
  });
});

it('Ctrl-C says that a followed run is not what it kills', () => {
  const { run } = syntheticRun({ steps: 0 });
  const followed = { ...run, follows: { folder: '/elsewhere', reads: 'csv' as const, metrics: {} } };
  const noteOf = (shown: typeof run): string => stoppingNote({ state: { ...createRunState(), run: shown } });
  expect(noteOf(run)).toContain('kills the run');
  expect(noteOf(followed)).toContain('kills its reader');
});

describe('a row of an epoch', () => {
  it('waits for the validation of its checkpoint', () => {
    const trained = fold(...START, ...firstSteps, ...epoch(1));
    expect(epochIsSettled(trained, 1)).toBe(false);
    expect(epochIsSettled(reduceRun(trained, validated(1, 0.4)), 1)).toBe(true);
  });
  it('does not wait for a checkpoint that was skipped', () => {
    const skipped = {
      source: 'validation',
      value: { type: 'skipped', t: 5, epoch: 1, reason: 'behind' },
    } as RunEntry;
    const state = fold(...START, ...firstSteps, ...epoch(1), skipped);
    expect(epochIsSettled(state, 1)).toBe(true);
    expect(epochRow(state, 0, plain)).toMatch(/validation skipped$/);
  });
  it('shows loss, LR, time and metrics, and marks the best so far', () => {
    const state = fold(
      ...START,
      ...firstSteps,
      ...epoch(1),
      validated(1, 0.4),
      ...epoch(2),
      validated(2, 0.3),
    );
    expect(epochRow(state, 0, plain).trim().split(/\s+/)).toEqual([
      '1/2',
      '2.000',
      '0.01',
      '5.0',
      's',
      '0.400',
      '0.500',
      '0.500',
      '0.250',
      '*',
    ]);
    expect(epochRow(state, 1, plain)).not.toContain('*');
  });
});

describe('a row of an epoch of another program', () => {
  const { run } = syntheticRun({ steps: 0 });
  const { experiment } = run;
  const program = (explicit: readonly string[]): typeof run => ({
    ...run,
    experiment: {
      ...experiment,
      resolved: { ...experiment.resolved, trainer: 'command', epochs: 3, explicit: [...explicit] },
    },
  });
  const cells = (shown: typeof run, loss: Readonly<Record<string, number>>, lr: number): string[] => {
    const entries = [
      event({ type: 'hello', trainer: 'command', pid: 1, attempt: 1, fromStep: 0, groups: ['a'], knobs: [] }),
      event({ type: 'step', step: 0, epoch: 1, lr: [lr], loss }),
      event({ type: 'epoch', epoch: 1, step: 0, seconds: Number.NaN, loss }),
    ];
    return epochRow(entries.reduce(reduceRun, createRunState(shown)), 0, plain)
      .trim()
      .split(/\s+/);
  };

  it('has a dash for what was not logged, and NaN for a loss that diverged', () => {
    expect(cells(program([]), {}, Number.NaN)).toEqual(['1/?', '-', '-', '-']);
    expect(cells(program([]), { total: Number.NaN }, 0.1)).toEqual(['1/?', 'NaN', '0.1', '-']);
  });

  it('has the epochs that the experiment says, and none that are a default', () => {
    expect(cells(program(['epochs']), { total: 1 }, 0.1)[0]).toBe('1/3');
    expect(cells(program([]), { total: 1 }, 0.1)[0]).toBe('1/?');
  });
});

describe('the summary', () => {
  const best = keeper({ type: 'best', epoch: 1, map: 0.4, path: 'checkpoints/epoch-0001/model.onnx' });
  const state = fold(...START, ...epoch(1), validated(1, 0.4), ...epoch(2), validated(2, 0.3), best);
  const told = summaryLines(
    state,
    { name: 'completed', dir: '/runs/a', note: undefined, installDir: '/pitwall/dist' },
    plain,
  );

  it('stars the best epoch in a table of all validations', () => {
    expect(told.slice(1, 4)).toEqual([
      'epoch  mAP50-95  mAP50      P      R',
      '    1     0.400  0.500  0.500  0.250  * best',
      '    2     0.300  0.400  0.500  0.250',
    ]);
  });
  it('says how much is lacking of a run that ended early, by a rule or by itself', () => {
    const short = fold(...START, ...epoch(1), validated(1, 0.4), best);
    const end = { name: 'completed', dir: '/runs/a', note: undefined, installDir: '/pitwall/dist' } as const;
    expect(summaryLines(short, end, plain)).toContain('completed: 1 of 2 epochs, 5.0 s of training');
  });
  it('ends with the outcome, the best checkpoint and the folder', () => {
    expect(told.slice(5).map(slashed)).toEqual([
      'completed: 2 epochs, 10 s of training',
      'best: epoch 1, mAP50-95 0.400, /runs/a/checkpoints/epoch-0001/model.onnx',
      '      which others are as good is not known: its mAP on draws of the val set was not kept (an earlier Pitwall, or over a million detections)',
      'run: /runs/a',
    ]);
  });
  it('says what the best is worth, and where that is explained', () => {
    const whole = syntheticState({ epochs: 12, end: 'completed', stepsPerEpoch: 5, steps: 60 });
    const lines = summaryLines(
      whole,
      { name: 'completed', dir: '/r', note: undefined, installDir: '/pitwall/dist' },
      plain,
    );
    expect(lines.join('\n')).toMatch(/of the 11 others cannot be told from it|all 11 others are worse/);
    expect(lines).toContainEqual(expect.stringMatching(/docs[\\/]statistics\.md#best-checkpoint$/));
    expect(lines.slice(-3)).toEqual([
      '  next: pitwall compare /r OTHER',
      '  next: pitwall export /r --csv',
      'run: /r',
    ]);
    const diverged = { name: 'diverged', dir: '/r', note: undefined, installDir: '/pitwall/dist' } as const;
    const blown = summaryLines(whole, diverged, plain);
    expect(blown).toContainEqual(expect.stringMatching(/statistics\.md#divergence$/));
    expect(blown.slice(-3)).toEqual([
      expect.stringMatching(/^rewind: back to the checkpoint of epoch \d+: LR x 0\.5, \d+ steps of warm-up$/),
      '  next: pitwall rewind /r',
      'run: /r',
    ]);
  });
  it('says of a run that is not complete in which epoch it ended, as list does', () => {
    const stopped = fold(...START, ...firstSteps, ...epoch(1), step(10));
    const end = { name: 'stopped', dir: '/r', note: undefined, installDir: '/pitwall/dist' } as const;
    expect(summaryLines(stopped, end, plain)[1]).toBe('stopped: in epoch 2 of 2, 5.0 s of training');
  });
  it('tells why a run failed and counts validations that did', () => {
    const failure = {
      source: 'validation',
      value: { type: 'failed', t: 5, epoch: 1, message: 'crash' },
    } as RunEntry;
    const failed = fold(...START, ...epoch(1), failure);
    expect(failedValidations(failed)).toBe(1);
    expect(
      summaryLines(
        failed,
        { name: 'failed', dir: '/r', note: 'exit code 3', installDir: '/pitwall/dist' },
        plain,
      )[1],
    ).toBe('failed: in epoch 1 of 2, 5.0 s of training, exit code 3, 1 validations failed');
  });
});

describe('lines of their own', () => {
  function check(entry: RunEntry, expected: readonly string[]): void {
    expect(entryLines(entry, plain)).toEqual(expected);
  }
  it('has none for steps', () => check(step(1), []));
  it('tells alerts with their severity', () =>
    check(keeper({ type: 'alert', rule: 'nan', severity: 'error', message: 'loss is NaN', numbers: {} }), [
      'error: loss is NaN',
    ]));
  it('tells effective settings that differ from what was asked', () =>
    check(
      event({
        type: 'plan',
        epochs: 1,
        stepsPerEpoch: 1,
        totalSteps: 1,
        settings: [
          { key: 'workers', requested: 8, effective: 1 },
          { key: 'batch', requested: 16, effective: 8, reason: 'out of memory' },
        ],
      }),
      ['batch: 16 -> 8 (out of memory)'],
    ));
  it('tells a failed validation once, by its alert', () =>
    check(
      {
        source: 'validation',
        value: { type: 'failed', t: 1, epoch: 3, message: 'model is not ONNX' },
      } as RunEntry,
      [],
    ));
});
