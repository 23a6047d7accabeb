import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { words } from '../../../../src/base/words';
import { nextCommands } from '../../../../src/cli/sweep/lines';
import type { AgainstBaseline } from '../../../../src/domain/compare/many';
import type { TrialSettings } from '../../../../src/domain/sweep/types';
import { bestCurve } from '../../../../src/engine/sweep/best-curve';
import type { SweepReport, TrialReport } from '../../../../src/engine/sweep/report';
import { sweepBody } from '../../../../src/extension/pages/sweep-html';

const english = createTranslate();

function trial(n: number, more: Partial<TrialReport>): TrialReport {
  return {
    ...{ trial: n, name: `00${n}`, dir: `/runs/s/trials/00${n}`, settings: new Map(), state: 'completed' },
    ...{ isBroken: false, note: undefined, epochs: 4, atRungs: [0.2], best: undefined, stopped: undefined },
    target: undefined,
    ...more,
  };
}

const judged = (n: number, value: number) => ({ type: 'judged', t: 0, rung: 2, trial: n, value }) as const;
const stop = { type: 'stopped', t: 0, rung: 2, trial: 2, value: 0.1, cutoff: 0.2 } as const;

/** Three trials, the last of which was stopped at epoch 2; 10 of 12 epochs. */
function report(more: Partial<SweepReport> = {}): SweepReport {
  const settings = (lr0: number): TrialReport['settings'] => new Map([['lr0', lr0]]);
  return {
    sweep: {
      ...{ dir: '/runs/s', name: 'a<b>-sweep-1' },
      file: {
        ...{ format: 1, created: 0, file: '/a.sweep.yaml', text: '', pitwall: '0' },
        experiment: { file: '/a.train.yaml', text: '' },
        ...{ metric: 'map', rule: 'halving', reduction: 2, rungs: [2], epochs: 4, trials: [{}, {}, {}] },
      },
      entries: [judged(0, 0.2), judged(1, 0.3), judged(2, 0.1), stop],
    },
    keys: ['lr0'],
    trials: [
      trial(0, { settings: settings(0.02), best: { epoch: 4, value: 0.4 } }),
      trial(1, { settings: settings(0.005), best: { epoch: 4, value: 0.5 }, atRungs: [0.3] }),
      trial(2, {
        ...{ settings: settings(0.08), best: { epoch: 2, value: 0.1 }, atRungs: [0.1], epochs: 2 },
        ...{ state: 'stopped', stopped: stop },
      }),
    ],
    ended: false,
    verdict: undefined,
    ...more,
  };
}

describe('what the epochs of a sweep have bought', () => {
  it('is the highest so far by the epochs of all trials, and never falls', () => {
    expect(bestCurve(report())).toEqual([
      { epochs: 2, value: 0.2 },
      { epochs: 4, value: 0.3 },
      { epochs: 10, value: 0.5 },
    ]);
  });

  it('is nothing while no trial has a result', () => {
    const { sweep } = report();
    const none = [0, 1, 2].map((n) => trial(n, { epochs: 0 }));
    expect(bestCurve({ sweep: { ...sweep, entries: [] }, trials: none })).toEqual([]);
  });
});

describe('the page of a sweep', () => {
  it('says what it is, what was found and why a trial was stopped', () => {
    const body = sweepBody({ report: report(), state: 'running' }, english);
    expect(body).toContain(
      'Running · 3 trials of a.train.yaml, halving at epoch 2 of 4 · 10 of 12 epochs trained',
    );
    expect(body).toContain('best so far: 001, mAP50-95 0.500 at epoch 4');
    expect(body).toContain('<td>pruned at epoch 2: .1000 &lt; .2000</td>');
    expect(body).not.toContain('How This Was Judged');
  });

  it('draws each trial with a result once, the best as the best', () => {
    const body = sweepBody({ report: report(), state: 'running' }, english);
    expect(body.match(/<title>00\d<\/title>/g)).toHaveLength(3);
    expect(body).toMatch(/stroke-width="3"><title>001</);
    expect(body).toMatch(/stroke-dasharray="3 3"><title>002</);
  });

  it('has no pictures while there is nothing to draw', () => {
    const { sweep } = report();
    const none = [trial(0, { epochs: 0, state: 'waiting' })];
    const body = sweepBody(
      { report: report({ sweep: { ...sweep, entries: [] }, trials: none }), state: 'left' },
      english,
    );
    expect(body).not.toContain('<svg');
    expect(body).toContain('no trial has a result yet');
    expect(body).toContain('Start Sweep goes on with it');
    expect(body).not.toContain('data-act="open:0"');
  });

  it('shows what a stranger wrote as text', () => {
    const mark = '"><script>x</script>';
    const settings = new Map([[mark, mark]]);
    const odd = report({
      keys: [mark],
      trials: [trial(0, { settings, name: mark, best: { epoch: 1, value: 0.1 } })],
    });
    const body = sweepBody({ report: odd, state: 'ended' }, english);
    expect(body).not.toContain('<script');
    expect(body).toContain('a&lt;b&gt;-sweep-1');
  });

  it('opens the verdict with its paragraph', () => {
    const base = report();
    const against = { kind: 'absent', why: 'epoch 4 has no detections' } as const;
    const verdict = { best: base.trials[1], against, chosenFrom: 2 };
    const body = sweepBody({ report: report({ ended: true, verdict }), state: 'ended' }, english);
    expect(body).toContain('it is not compared with the file as it stands: epoch 4 has no detections');
    expect(body).toContain('data-act="explain:difference"');
    expect(body).toContain('repeat the best with 3 seeds');
  });

  it('says by what its interval judges, if the trials were chosen by something else', () => {
    const { sweep, trials } = report();
    const against: AgainstBaseline = {
      ...{ kind: 'judged' as const, map: 0.1, low: 0.05, high: 0.15, verdict: 'second' as const, family: 2 },
      ...{ said: [], ground: words('by images'), warnings: [], own: { low: 0.06, high: 0.14 } },
    };
    const verdict = { best: trials[1], against, chosenFrom: 2 };
    const body = (metric: 'map' | 'recall'): string => {
      const by = { ...sweep, file: { ...sweep.file, metric } };
      return sweepBody({ report: report({ sweep: by, ended: true, verdict }), state: 'ended' }, english);
    };
    expect(body('map')).not.toContain('not by');
    expect(body('recall')).toContain('by mAP50-95, not by R: on images like these 001');
  });

  it('names the cluster of the trials in the commands that go on', () => {
    const { trials } = report();
    const there = trials.map((one) => ({ ...one, target: 'rack' }));
    const settings: readonly TrialSettings[] = [{}, { lr0: 0.005 }, {}];
    const file = { ...report().sweep.file, trials: JSON.parse(JSON.stringify(settings)) };
    const sweep = { ...report().sweep, file };
    expect(nextCommands({ cwd: '/' }, report({ sweep, trials: there }))[0]).toBe(
      'pitwall repeat a.train.yaml --seeds 3 --target rack --set lr0=0.005',
    );
    expect(nextCommands({ cwd: '/' }, report())[0]).toBe('pitwall repeat a.train.yaml --seeds 3');
  });
});
