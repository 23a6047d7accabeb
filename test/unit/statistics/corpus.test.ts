import { describe, expect, it } from 'vitest';
import { judgeRecorded } from '../../statistics/corpus-table';
import { monitorTable } from '../../statistics/monitor-worlds';
import { type RecordedRun, readCorpus } from '../../statistics/replay';

// Recorded by test/statistics/record-runs.mjs; the table of the same runs is docs/alarms.md.
describe('alarms of recorded runs', { timeout: 120_000 }, () => {
  const corpus = readCorpus();
  const judged = corpus.map(judgeRecorded);

  it('are none in healthy runs, and none before the trouble of sick ones', () => {
    expect(judged.filter(({ wrong }) => wrong.length > 0).map(({ name, wrong }) => [name, wrong])).toEqual(
      [],
    );
    expect(judged.filter(({ isSick }) => !isSick).length).toBeGreaterThanOrEqual(50);
  });

  it('catch every sick run', () => {
    const sick = judged.filter(({ isSick }) => isSick);
    expect(sick.filter(({ isCaught }) => !isCaught).map(({ name }) => name)).toEqual([]);
    expect(sick.length).toBeGreaterThanOrEqual(30);
  });

  it('do fire in a healthy run that is made sick, and would then be false', () => {
    const healthy = corpus.find(({ name }) => name === 'pcb-sgd-0');
    if (!healthy) throw new Error('the corpus has no run pcb-sgd-0');
    expect(judgeRecorded(healthy).rules).toEqual([]);
    const steps = healthy.lines.filter(({ value }) => 'loss' in value && 'step' in value && 'lr' in value);
    const last = new Set(steps.slice(-60));
    const made = (change: object): RecordedRun => ({
      ...healthy,
      lines: healthy.lines.map((line) =>
        last.has(line) ? ({ ...line, value: { ...line.value, ...change } } as typeof line) : line,
      ),
    });
    expect(judgeRecorded(made({ loss: { total: 'NaN' } })).wrong).toContain('non_finite');
    expect(judgeRecorded(made({ lr: [0.5, 0.5, 0.5] })).wrong).toContain('lr_off_plan');
    expect(judgeRecorded(made({ loss: { total: 900 } })).wrong).toContain('spike');
  });
});

describe('monitors in a simulated world', { timeout: 60_000 }, () => {
  const table = monitorTable(10);

  it('catch every trouble, after it began', () => {
    for (const { kind, runs, caught } of table) expect([kind, caught]).toEqual([kind, runs]);
  });

  it('are silent on healthy runs', () => {
    for (const { kind, falseAlarms } of table) expect([kind, falseAlarms]).toEqual([kind, 0]);
  });
});
