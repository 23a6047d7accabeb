// cspell:ignore ment
import { describe, expect, it } from 'vitest';
import { advise } from '../../../../src/domain/advice/advise';
import { completionsAt } from '../../../../src/domain/experiment/completions';
import { keyAt, keyDoc } from '../../../../src/domain/experiment/describe-value';
import { adviceProblems, inlayHints, isTorn } from '../../../../src/domain/experiment/editor-hints';
import { experimentJsonSchema } from '../../../../src/domain/experiment/json-schema';
import { KEYS, keySpec } from '../../../../src/domain/experiment/key-table';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { TRAINER_KINDS } from '../../../../src/domain/experiment/trainers';
import { scheduleOf } from '../../../../src/domain/schedule/schedule';

function worldOf(text: string, images = 10_000) {
  const { draft } = parseExperiment(text, { file: 'x.train.yaml' });
  const counts = { images, classes: 6, ultralyticsVersion: '8.4.190' };
  const { schedule } = scheduleOf(draft, counts);
  return { experiment: draft, schedule, counts };
}

/** The text without its `|`, and the offset of that. */
function cursor(marked: string): [text: string, offset: number] {
  return [marked.replace('|', ''), marked.indexOf('|')];
}

describe('inlay hints', () => {
  const hints = (text: string, images?: number) =>
    inlayHints(text, worldOf(text, images)).map((h) => `${h.range.line} ${h.key}: ${h.text}`);

  it('stand behind the values that they explain', () => {
    expect(hints('data: d.yaml\nepochs: 100\nbatch: 16\nwarmup_epochs: 5\nlr0: 0.02\nlrf: 0.01')).toEqual([
      '2 epochs: 62,500 steps',
      '3 batch: 625 steps per epoch',
      '4 warmup_epochs: 3,125 steps, 5.0 %',
      '6 lrf: down to 0.000398',
    ]);
  });

  it('tell what auto and accumulation come to', () => {
    const text = 'trainer: ultralytics\nmodel: a.pt\ndata: d\noptimizer: auto\nbatch: 16\nwarmup_epochs: 0';
    expect(hints(text)).toEqual([
      '4 optimizer: MuSGD, lr0 0.01, momentum 0.9',
      '5 batch: 625 steps per epoch, 4 batches per update',
      '6 warmup_epochs: no warm-up',
    ]);
  });

  it('count the images that a share of the set leaves', () => {
    expect(hints('data: d\nfraction: 0.25\nbatch: 10', 1000)).toEqual([
      '2 fraction: 250 images used',
      '3 batch: 25 steps per epoch',
    ]);
  });

  it('are silent on empty and unknown keys', () => {
    expect(hints('data: d\nepochs:\nfoo: 3')).toEqual([]);
  });
});

describe('advice in the editor', () => {
  const problems = (text: string) => {
    const world = worldOf(text);
    return adviceProblems(advise(world), text, 'x.train.yaml');
  };
  const mended = (text: string, fix: { text: string; range?: { start: number; end: number } }) =>
    text.slice(0, fix.range!.start) + fix.text + text.slice(fix.range!.end);

  it('replaces the value that it is about', () => {
    const text = 'data: d.yaml\nwarmup_epochs: 0   # none\nepochs: 30';
    const problem = problems(text).find((p) => p.key === 'warmup_epochs')!;
    expect(problem.fix?.title).toBe('Set warmup_epochs to 3');
    expect(mended(text, problem.fix!)).toBe('data: d.yaml\nwarmup_epochs: 3   # none\nepochs: 30');
  });

  it('adds a key that is not there, at the end', () => {
    const text = 'data: d.yaml\nepochs: 10\n\n';
    const problem = problems(text).find((p) => p.key === 'close_mosaic')!;
    expect(problem.range?.line).toBe(2);
    expect(mended(text, problem.fix!)).toBe('data: d.yaml\nepochs: 10\nclose_mosaic: 2\n\n');
  });

  it('adds a nested key as a block of its own, and none beside an existing block', () => {
    const text = 'data: d.yaml\npatience: 5';
    const problem = problems(text).find((p) => p.key === 'early_stop.patience')!;
    expect(problem.fix?.text).toBe('\nearly_stop: { patience: 10 }');
    const block = 'data: d.yaml\npatience: 5\nearly_stop: { ema: 5 }';
    expect(problems(block).find((p) => p.key === 'early_stop.patience')?.fix).toBeUndefined();
  });
});

describe('the key under the mouse', () => {
  const at = (marked: string) => keyAt(...cursor(marked))?.spec.key;
  it('is found by name and by value, nested ones too', () => {
    expect(at('lr|0: 0.01')).toBe('lr0');
    expect(at('lr0: 0.0|1')).toBe('lr0');
    expect(at('validation: { dev|ice: cpu }')).toBe('validation.device');
    expect(at('early_stop:\n  patience: 1|0')).toBe('early_stop.patience');
    expect(at('# com|ment\nlr0: 1')).toBeUndefined();
    expect(at('unknown: |3')).toBeUndefined();
    expect(at('lr0: [|')).toBe('lr0');
  });

  it('has documentation with range and default', () => {
    expect(keyDoc(keySpec('lr0')!)).toMatchObject({
      title: 'lr0',
      text: 'Peak learning rate, reached at the end of warm-up. builtin with AdamW: 0.001 unless set.',
      expected: 'a number above 0 and at most 1',
      fallback: '0.01',
      onlyFor: ['builtin', 'ultralytics'],
    });
    expect(keyDoc(keySpec('optimizer')!, 'builtin').fallback).toBe('"SGD"');
    expect(keyDoc(keySpec('optimizer')!, 'ultralytics').fallback).toBe('"auto"');
  });
});

describe('completion', () => {
  const labels = (marked: string) => completionsAt(...cursor(marked)).map((c) => c.label);

  it('offers keys that are not written yet', () => {
    const offered = labels('lr0: 0.01\nwa|');
    expect(offered).toContain('warmup_epochs');
    expect(offered).toContain('validation');
    expect(offered).not.toContain('lr0');
    expect(offered).not.toContain('validation.device');
  });

  it('offers the keys of a block inside it, in both spellings', () => {
    expect(labels('validation:\n  device: cpu\n  |')).toEqual([
      'enabled',
      'batch',
      'half',
      'every',
      'backlog',
      'engine',
      'rule',
      'groups',
      'in_loop',
    ]);
    expect(labels('early_stop: { metric: map, |')).toEqual([
      'enabled',
      'ema',
      'patience',
      'min_delta',
      'min_epochs',
      'wait_for_decay',
    ]);
  });

  it('offers the values that a key takes', () => {
    expect(labels('warmup_shape: |')).toEqual(['linear', 'exponential', 'constant']);
    expect(labels('cos_lr: t|')).toEqual(['true', 'false']);
    expect(labels('validation: { half: |')).toEqual(['auto', 'on', 'off']);
    expect(labels('validation:\n  batch: |')).toEqual(['auto']);
    expect(labels('lr0: |')).toEqual([]);
  });

  it('keeps out of comments', () => {
    expect(labels('lr0: 0.1 # tr|')).toEqual([]);
  });

  it('ranks what shapes the run before what is passed on', () => {
    const rank = (label: string) => completionsAt('', 0).find((c) => c.label === label)?.rank;
    expect(rank('lr0')).toBe(0);
    expect(rank('fliplr')).toBe(1);
    expect(rank('show_labels')).toBe(2);
  });
});

describe('the JSON schema', () => {
  const schema = experimentJsonSchema() as { properties: Record<string, Record<string, unknown>> };

  it('knows every key, and no other', () => {
    const top = KEYS.map((spec) => spec.key.split('.')[0]);
    expect(Object.keys(schema.properties).toSorted()).toEqual([...new Set(top)].toSorted());
    expect(schema).toMatchObject({ additionalProperties: false });
  });

  it('gives kinds, bounds and choices', () => {
    expect(schema.properties.lr0).toMatchObject({
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.01,
    });
    expect(schema.properties.epochs).toMatchObject({ type: 'integer', minimum: 1 });
    expect(schema.properties.trainer).toMatchObject({ enum: TRAINER_KINDS });
    expect(schema.properties.validation).toMatchObject({
      anyOf: [{ type: 'object', additionalProperties: false }, { type: 'boolean' }, { type: 'null' }],
    });
  });
});

describe('the key table', () => {
  it('has each key once, with a default that its own check accepts', () => {
    const keys = KEYS.map((spec) => spec.key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { key, default: value } of KEYS) {
      if (value === null || key.includes('.')) continue;
      const text = `trainer: ultralytics\nmodel: a.pt\ndata: d\n${key}: ${JSON.stringify(value)}`;
      const { problems } = parseExperiment(text.replace(/^trainer: ultralytics\n(?=[\s\S]*\ntrainer:)/, ''), {
        file: 'args.yaml',
      });
      expect(
        problems.filter((p) => p.severity === 'error' && p.key === key),
        key,
      ).toEqual([]);
    }
  });
});

describe('a torn text', () => {
  const check = (text: string, expected: boolean): void =>
    expect(isTorn(parseExperiment(text, { file: 'a.train.yaml' }).problems)).toBe(expected);

  it('is one whose curve is not known while it is typed', () => {
    check('data: d.yaml\nlr0: 0.\n', true);
    check('data: d.yaml\nepochs:\n', true);
    check('data: d.yaml\nvalidation: { device: \n', true);
  });

  it('is none that has other mistakes', () => {
    check('data: d.yaml\nlr0: 0.02\n', false);
    check('data: d.yaml\nlr0: 0.02\nwarmup_epoch: 3\n', false);
    check('lr0: 0.02\n', false);
  });
});
