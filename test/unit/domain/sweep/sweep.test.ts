// cspell:ignore halfing
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../src/base/problem';
import { completionsAt } from '../../../../src/domain/experiment/completions';
import { keyAt } from '../../../../src/domain/experiment/describe-value';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { expectedEpochs, judgeArrival, judgeRung, rungsOf } from '../../../../src/domain/sweep/halving';
import { parseSweep, SWEEP_SHAPE } from '../../../../src/domain/sweep/parse-sweep';
import { planSweep } from '../../../../src/domain/sweep/plan-sweep';
import { problemsOfPlan } from '../../../../src/domain/sweep/read-sweep-plan';
import { suggestTrials } from '../../../../src/domain/sweep/suggest';
import { SWEEP_TABLE } from '../../../../src/domain/sweep/sweep-keys';
import { overridesOf, type SweepSettings } from '../../../../src/domain/sweep/types';

const FILE = 'a.sweep.yaml';
const head = 'experiment: a.train.yaml\n';
const problemsOf = (text: string): string[] => parseSweep(text, FILE).problems.map(formatProblem);

function sweepOf(text: string): SweepSettings {
  const { sweep, problems } = parseSweep(head + text, FILE);
  expect(problems).toEqual([]);
  if (!sweep) throw new Error('no sweep');
  return sweep;
}
const trialsOf = (text: string) => suggestTrials(sweepOf(text));

describe('a sweep file', () => {
  it('has defaults for all but the experiment and what is varied', () => {
    expect(sweepOf('search: { lr0: { log: [0.001, 0.1] } }')).toEqual({
      experiment: 'a.train.yaml',
      metric: 'map',
      trials: undefined,
      sampler: 'halton',
      seed: 0,
      search: [{ key: 'lr0', range: { kind: 'log', low: 0.001, high: 0.1 }, points: 3 }],
      stop: { rule: 'halving', grace: undefined, reduction: 3, allowShortGrace: false },
    });
  });

  it('says at its place what is missing, unknown or of another kind', () => {
    expect(problemsOf('trials: 4')).toEqual([
      `${FILE}: experiment: is missing: name the experiment file`,
      `${FILE}: search: is missing: say what is varied, as lr0: { log: [0.001, 0.1] }`,
    ]);
    const check = (line: string, expected: string): void =>
      expect(problemsOf(`${head}search: { lr0: [0.1] }\n${line}`), line).toEqual([`${FILE}:3:${expected}`]);
    check('trails: 4', '1: trails: unknown key; did you mean trials?');
    check('trials: 1', '9: trials: expected a whole number between 2 and 1000, but got 1');
    check(
      'stop: { rule: halfing }',
      '15: stop.rule: expected one of halving, asha, none, but got "halfing"; did you mean halving?',
    );
    check('stop: halving', '7: stop: expected a block of "key: value" lines');
    expect(problemsOf('- a')).toEqual([`${FILE}:1:1: a sweep is a list of "key: value" lines`]);
  });

  it('checks each range by the key that it is of', () => {
    const check = (dimension: string, expected: string): void => {
      const [found] = parseSweep(`${head}search: { ${dimension} }`, FILE).problems;
      expect(found?.message, dimension).toBe(expected);
      expect(found?.range?.line).toBe(2);
    };
    check('lr1: [1]', 'unknown key of an experiment; did you mean lr0?');
    check('lr0: { log: [0, 0.1] }', 'expected a number above 0 and at most 1, but got 0');
    check('weight_decay: { log: [0, 0.1] }', 'a log range begins above 0, but got 0');
    check('lr0: { log: [0.1, 0.01] }', 'expected two numbers, the lower one first');
    check('lr0: { lgo: [0.1, 1] }', 'lgo is not part of a range; did you mean log?');
    check('lr0: { log: [0.1, 1], int: [1, 2] }', 'expected one of log, uniform, int and choice, but got 2');
    check('lr0: 0.1', 'expected a list of values or a range such as { log: [0.001, 0.1] }, but got 0.1');
    check('close_mosaic: { uniform: [8, 16] }', 'takes whole numbers: use int or a list of values');
    check('epochs: [5, 10]', 'cannot be varied: trials are compared at equal epochs on one val set');
    check('lr0: { log: [0.1, 1], if: { optimizer: AdamW } }', 'if: optimizer is not varied above it');
    check(
      'lr0: { log: [0.1, 1], points: 1 }',
      'points: expected a whole number between 2 and 100, but got 1',
    );
  });
});

describe('the trials', () => {
  const space =
    'search: { lr0: { log: [0.001, 0.1] }, warmup_epochs: { int: [0, 3] }, cos_lr: [true, false] }\n';

  it('begin with the file as it stands, stay in their ranges, and all differ', () => {
    for (const sampler of ['halton', 'random']) {
      const trials = trialsOf(`${space}sampler: ${sampler}\ntrials: 40`);
      expect(trials).toHaveLength(40);
      expect(trials[0]).toEqual({});
      expect(new Set(trials.map((one) => JSON.stringify(one))).size).toBe(40);
      for (const { lr0, warmup_epochs } of trials.slice(1)) {
        expect(Number(lr0)).toBeGreaterThanOrEqual(0.001);
        expect(Number(lr0)).toBeLessThanOrEqual(0.1);
        expect([0, 1, 2, 3]).toContain(warmup_epochs);
      }
    }
  });

  it('are a function of the file: more of them begin with the same, another seed gives others', () => {
    for (const sampler of ['halton', 'random']) {
      const text = `${space}sampler: ${sampler}\n`;
      expect(trialsOf(`${text}trials: 20`).slice(0, 9)).toEqual(trialsOf(`${text}trials: 9`));
      expect(trialsOf(`${text}trials: 9\nseed: 1`).slice(1)).not.toEqual(
        trialsOf(`${text}trials: 9`).slice(1),
      );
    }
  });

  it('of Halton fill the space evenly: each half, quarter and eighth of a log range has its share', () => {
    const rates = trialsOf('search: { lr0: { log: [0.001, 0.1] } }\ntrials: 17').slice(1);
    const eighths = rates.map(({ lr0 }) => Math.floor((Math.log10(Number(lr0)) + 3) * 4 + 0.01));
    for (let i = 0; i < 8; i++) expect(eighths.filter((one) => one === i)).toHaveLength(2);
  });

  it('of a grid are its combinations, with both ends of a range', () => {
    expect(
      trialsOf('search: { lr0: { log: [0.001, 0.1] }, cos_lr: [true, false] }\nsampler: grid').slice(1),
    ).toEqual([0.001, 0.01, 0.1].flatMap((lr0) => [true, false].map((cos_lr) => ({ lr0, cos_lr }))));
  });

  it('vary what depends on another setting only there', () => {
    const text =
      'search: { optimizer: [SGD, AdamW], momentum: { uniform: [0.8, 0.9], if: { optimizer: SGD }, points: 2 } }\n';
    expect(trialsOf(`${text}sampler: grid`).slice(1)).toEqual([
      { optimizer: 'SGD', momentum: 0.8 },
      { optimizer: 'SGD', momentum: 0.9 },
      { optimizer: 'AdamW' },
    ]);
    const drawn = trialsOf(`${text}trials: 30`).slice(1);
    expect(drawn.every(({ optimizer, momentum }) => (optimizer === 'SGD') === (momentum !== undefined))).toBe(
      true,
    );
  });

  it('of a small space are all that it has', () => {
    expect(trialsOf('search: { cos_lr: [true, false] }\ntrials: 10')).toHaveLength(3);
  });

  it('become texts that --set takes', () => {
    expect(overridesOf({ lr0: 0.02, model: 'nano', scale: [0.5, 1] })).toEqual([
      'lr0=0.02',
      'model="nano"',
      'scale=[0.5,1]',
    ]);
  });
});

describe('halving', () => {
  const at = (...values: (number | undefined)[]) => values.map((value, trial) => ({ trial, value }));

  it('has rungs from the grace on, before the last epoch', () => {
    expect(rungsOf(2, 3, 27)).toEqual([2, 6, 18]);
    expect(rungsOf(3, 3, 9)).toEqual([3]);
    expect(rungsOf(9, 3, 9)).toEqual([]);
  });

  it('lets the best share of those go on that were to reach the rung, and always trial 0', () => {
    const { cutoff, stopped } = judgeRung(at(0.1, 0.6, 0.5, 0.2, 0.3, 0.4), 3);
    expect(cutoff).toBe(0.5);
    expect(stopped.map(({ trial }) => trial)).toEqual([3, 4, 5]);
  });

  it('does not choose among equals', () => {
    expect(judgeRung(at(0, 0, 0, 0), 2).stopped).toEqual([]);
    expect(judgeRung(at(0.1, 0.3, 0.2, 0.2, 0.2, 0.1), 3).stopped.map(({ trial }) => trial)).toEqual([5]);
  });

  it('counts a trial that ended before as one that does not go on', () => {
    expect(judgeRung(at(0.5, undefined, undefined, 0.4), 2)).toEqual({ cutoff: undefined, stopped: [] });
    expect(judgeRung(at(0.5, undefined, 0.1, 0.4), 2).stopped).toEqual([{ trial: 2, value: 0.1 }]);
  });

  it('of each as it comes depends on the order', () => {
    expect(judgeArrival({ trial: 1, value: 0.1 }, [], 2)).toBeUndefined();
    expect(judgeArrival({ trial: 1, value: 0.1 }, [0.2, 0.3], 2)).toBe(0.25);
    expect(judgeArrival({ trial: 1, value: 0.3 }, [0.2, 0.3], 2)).toBeUndefined();
    expect(judgeArrival({ trial: 0, value: 0.1 }, [0.2, 0.3], 2)).toBeUndefined();
  });

  it('trains at most so many epochs', () => {
    expect(expectedEpochs(4, [], 3, 10)).toBe(40);
    // 24 to epoch 2, 9 to 6, 4 to 9.
    expect(expectedEpochs(24, [2, 6], 3, 9)).toBe(48 + 36 + 12);
  });
});

describe('help in an editor', () => {
  const labels = (text: string): string[] =>
    completionsAt(text, text.length, SWEEP_TABLE).map(({ label }) => label);

  it('offers the keys of a sweep, below search those of an experiment, and the values that a key takes', () => {
    expect(labels('')).toEqual(expect.arrayContaining(['experiment', 'search', 'stop', 'trials']));
    expect(labels('')).not.toContain('lr0');
    expect(labels('search:\n  ')).toEqual(expect.arrayContaining(['lr0', 'optimizer', 'warmup_epochs']));
    expect(labels('stop: { ')).toEqual(['rule', 'grace', 'reduction', 'allow_short_grace']);
    expect(labels('sampler: ')).toEqual(['halton', 'random', 'grid']);
    expect(labels('search:\n  optimizer: ')).toEqual([]);
  });

  it('knows the key at a place, of what is varied the one of the experiment', () => {
    const text = 'trials: 4\nsearch: { lr0: [0.1] }';
    const known = { specOf: SWEEP_TABLE.spec, shape: SWEEP_SHAPE };
    expect(keyAt(text, 2, known)?.spec.key).toBe('trials');
    expect(keyAt(text, text.indexOf('lr0') + 1, known)?.spec.key).toBe('lr0');
  });

  it('puts what is wrong with a trial at what is varied', () => {
    const text = `${head}search: { imgsz: [63, 64] }`;
    const parsed = parseSweep(text, FILE);
    const experiment = { file: 'a.train.yaml', text: 'data: d.yaml\nmodel: nano\nepochs: 30' };
    const [problem] = problemsOfPlan({ parsed, file: FILE, experiment });
    expect(problem).toMatchObject({ severity: 'error', key: 'search.imgsz', range: { line: 2 } });
  });
});

describe('the plan of a sweep', () => {
  function planOf(sweepText: string, experimentText: string) {
    const { sweep, entries } = parseSweep(head + sweepText, FILE);
    if (!sweep) throw new Error('no sweep');
    const trials = suggestTrials(sweep).map((settings) => {
      const options = { file: 'a.train.yaml', set: overridesOf(settings) };
      return { settings, experiment: parseExperiment(experimentText, options).draft };
    });
    return planSweep({ sweep, trials, entries, file: FILE });
  }
  const check = (sweep: string, experiment: string, expected: string[]): void =>
    expect(planOf(sweep, experiment).problems.map((p) => `${p.severity} ${formatProblem(p)}`)).toEqual(
      expected,
    );
  const own = 'data: d.yaml\nmodel: nano\nepochs: 30\nwarmup_epochs: 3\n';

  it('judges two epochs after the longest warm-up of any trial', () => {
    const plan = planOf('search: { warmup_epochs: { int: [0, 5] } }', own);
    expect(plan.problems).toEqual([]);
    expect(plan.rungs).toEqual([7, 21]);
    expect(plan.expectedEpochs).toBeLessThan(6 * 30);
  });

  it('refuses what would be paid for nothing, at its key', () => {
    check(
      'search: { lr0: { log: [0.001, 0.1] } }',
      'trainer: ultralytics\nmodel: yolov8n.pt\ndata: d.yaml\nepochs: 30',
      [
        `error ${FILE}:2:16: search.lr0: optimizer: auto ignores lr0: name an optimizer in the experiment, or vary it as well`,
      ],
    );
    const short =
      'is shorter than the warm-up of 3 epochs and 2 more: a trial that starts slowly would be stopped, and that one may win; allow_short_grace: true accepts it';
    check('search: { lr0: [0.1] }\nstop: { grace: 2 }', own, [`error ${FILE}:3:16: stop.grace: ${short}`]);
    check('search: { lr0: [0.1] }\nstop: { grace: 2, allow_short_grace: true }', own, [
      `warning ${FILE}:3:16: stop.grace: ${short}`,
    ]);
    check('search: { lr0: [0.1] }', `${own}validation: false`, [
      `error ${FILE}: metric: map is missing: the experiment validates nothing`,
    ]);
    check('search: { lr0: [0.1] }', own.replace('30', '4'), [
      `error ${FILE}: stop.grace: no trial would ever be stopped: the first rung is epoch 5 of 4; shorten it, or say rule: none`,
    ]);
    check('search: { lr0: [0.1] }', `${own}validation: { every: 2 }`, [
      `error ${FILE}: stop.grace: epoch 5 is a rung, and validation.every: 2 does not validate it`,
    ]);
    check('search: { lr0: [0.1, 0.2] }\nsampler: grid\ntrials: 2', own, [
      `error ${FILE}:4:9: trials: the grid has 3 trials with trial 0: 2 would leave a corner of it out`,
    ]);
  });

  it('warns of a single rung, and says nothing if every trial trains to its end', () => {
    check('search: { lr0: [0.1] }', own.replace('30', '12'), [
      `warning ${FILE}: stop.reduction: there is one rung only, epoch 5: the next would be epoch 15 of 12`,
    ]);
    const all = planOf('search: { lr0: [0.1] }\nstop: { rule: none }', own);
    expect(all).toMatchObject({ rungs: [], expectedEpochs: 60, problems: [] });
  });
});
