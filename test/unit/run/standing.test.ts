import { expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random';
import { createTranslate } from '../../../src/base/translate';
import { drawWeights } from '../../../src/domain/compare/draw';
import { meanOf } from '../../../src/domain/compare/limits';
import { tilesOf } from '../../../src/protocol/dashboard/tiles';
import { verdictOf } from '../../../src/protocol/dashboard/verdict';
import { createRunState, foldRun } from '../../../src/run/reduce';
import { standingOf, standingSentence, versusBest } from '../../../src/run/standing';
import type { RunEntry, RunState } from '../../../src/run/state';
import type { DrawnMaps, Validation, VersusBest } from '../../../src/run/validation';
import { syntheticRun } from '../../helpers/synthetic-run';

const IMAGES = 100;
const REPLICATES = 200;
const LEVELS = [0.3, 0.5, 0.5, 0.5, 0.5];

/** Draws of a checkpoint that scores `level` on an image in the mean. */
function drawnOf(epoch: number, level: number, t: number): DrawnMaps {
  const random = createRandom(epoch);
  const scores = Float64Array.from({ length: IMAGES }, () => level + 0.1 * random.normal());
  const weights = new Int32Array(IMAGES);
  const maps = Array.from({ length: REPLICATES }, (_, replicate) => {
    drawWeights(weights, { seed: 0, replicate });
    return scores.reduce((sum, score, i) => sum + score * weights[i], 0) / IMAGES;
  });
  return { type: 'drawn', t, epoch, key: 'k', units: IMAGES, map: meanOf(scores), maps };
}

const { run, entries } = syntheticRun({ epochs: LEVELS.length, stepsPerEpoch: 1, steps: LEVELS.length });
const template = entries
  .map(({ value }) => value)
  .find((value): value is Validation => 'type' in value && value.type === 'validation');
const drawn = LEVELS.map((level, i) => drawnOf(i + 1, level, 2 + i));

function validated(epoch: number, t: number, more: Partial<Validation> = {}): RunEntry {
  if (!template) throw new Error('a synthetic run has validations');
  const { versusBest: _, ...plain } = template;
  return { source: 'validation', value: { ...plain, epoch, t, map: drawn[epoch - 1].map, ...more } };
}

const toEntry = (value: DrawnMaps): RunEntry => ({ source: 'validation', value });
const best: RunEntry = {
  source: 'keeper',
  value: { type: 'best', t: 9, epoch: 3, map: drawn[2].map, path: 'checkpoints/epoch-0003' },
};
const whole = drawn.flatMap((one) => [validated(one.epoch, one.t), toEntry(one)]);
const fold = (lines: readonly RunEntry[]): RunState => foldRun(createRunState(run), [...lines, best]);

it('the best of a run stands with those that cannot be told from it', () => {
  const standing = standingOf(fold(whole));
  expect(standing).toMatchObject({ best: 3, undecided: [2, 3, 4, 5], compared: 5 });
  expect(standing?.optimism).toBeGreaterThan(0.005);
  expect(standing?.optimism).toBeLessThan(0.02);
});

it('of two the other one is named so', () => {
  const two = (epoch: number) =>
    standingSentence(fold(whole.slice(2 * (epoch - 1), 2 * epoch).concat(whole.slice(4, 6))));
  expect(two(1)?.template).toBe('the other one is worse');
  expect(two(2)?.template).toContain('the other one cannot be told from it');
});

it('a run without draws, and a checkpoint that was validated again since, are not compared', () => {
  expect(standingOf(fold(whole.filter(({ value }) => !('maps' in value))))).toBeUndefined();
  expect(standingOf(fold([...whole, validated(5, 20)]))).toMatchObject({ undecided: [2, 3, 4], compared: 4 });
  expect(standingOf(fold([...whole, validated(3, 20)]))).toBeUndefined();
});

it('draws of another val set are not neighbours', () => {
  const other = whole.map((entry) =>
    'maps' in entry.value && entry.value.epoch === 4 ? toEntry({ ...drawn[3], key: 'other' }) : entry,
  );
  expect(standingOf(fold(other))).toMatchObject({ undecided: [2, 3, 5], compared: 4 });
  expect(versusBest(fold(other), { ...drawn[3], key: 'other' }, 3)).toBeUndefined();
});

it('a checkpoint is judged against all before it, and its interval is that of the pair', () => {
  const state = fold(whole);
  const worse = versusBest(state, drawn[0], 3);
  expect(worse).toMatchObject({ epoch: 3, judged: { isWorse: true, among: 5 } });
  expect(worse?.high).toBeLessThan(0);
  const equal = versusBest(state, drawn[1], 3);
  expect(equal).toMatchObject({ judged: { isWorse: false } });
  expect(equal?.difference).toBeCloseTo(drawn[1].map - drawn[2].map, 12);
});

it('a verdict that later checkpoints have taken back is not shown', () => {
  const versus = { epoch: 3, difference: -0.03, low: -0.055, high: -0.005, probabilityBetter: 0.01 };
  const judged = { isWorse: true, among: 3 };
  const said = (epoch: number): string | undefined => {
    const entries = whole.map((entry) =>
      'map50' in entry.value && 'epoch' in entry.value && entry.value.epoch === epoch
        ? validated(epoch, epoch + 1, { versusBest: { ...versus, judged } })
        : entry,
    );
    const state = fold(entries);
    const checkpoint = state.validations.get(epoch);
    return checkpoint && verdictOf(state, checkpoint, createTranslate()).text;
  };
  expect(said(4)).toContain('cannot be told from the best');
  expect(said(1)).toContain('worse than the best');
});

it('while a run goes on, less is called worse than in its end, when it is judged once', () => {
  const versus = { epoch: 3, difference: -0.03, low: -0.055, high: -0.005, probabilityBetter: 0.01 };
  const judged = { isWorse: false, inEnd: true, among: 5 };
  const said = (state: 'running' | 'paused' | 'completed'): string | undefined => {
    const folded = fold([...whole, validated(1, 2, { versusBest: { ...versus, judged } })]);
    const now = { ...folded, status: { ...folded.status, state } as RunState['status'] };
    const checkpoint = now.validations.get(1);
    return checkpoint && verdictOf(now, checkpoint, createTranslate()).text;
  };
  expect(said('running')).toContain('cannot be told from the best');
  expect(said('paused')).toContain('cannot be told from the best');
  expect(said('completed')).toContain('worse than the best');
});

const pair = { epoch: 3, difference: -0.03, low: -0.055, high: -0.005, probabilityBetter: 0.01 };

it.each<[string, VersusBest, string]>([
  ['is worse if it was judged so', { ...pair, judged: { isWorse: true, among: 5 } }, 'worse than the best'],
  [
    'is not, in spite of its own interval',
    { ...pair, judged: { isWorse: false, among: 5 } },
    'cannot be told',
  ],
  ['of an earlier Pitwall needs a clearer interval', pair, 'cannot be told'],
  [
    'of an earlier Pitwall is worse by a clear one',
    { ...pair, low: -0.04, high: -0.02 },
    'worse than the best',
  ],
  [
    'is better by less than three decimals show',
    { ...pair, difference: 0.00009, low: 0.00002, high: 0.0002, probabilityBetter: 0.995 },
    '+0.0001 over the best · P(better) >99 %',
  ],
])('a checkpoint %s', (_, versus, said) => {
  const state = fold([...whole, validated(5, 20, { versusBest: versus })]);
  const checkpoint = state.validations.get(5);
  expect(checkpoint && verdictOf(state, checkpoint, createTranslate()).text).toContain(said);
});

it('the tile names the best once', () => {
  const state = fold([...whole, validated(5, 20, { versusBest: pair }), toEntry({ ...drawn[4], t: 21 })]);
  const input = { state, planned: undefined, presence: undefined, now: 0, t: createTranslate() };
  const [verdict, best] = tilesOf(input)[0].notes.map(({ text }) => text);
  expect(verdict).toBe('−0.0300, cannot be told from the best');
  expect(best).toMatch(/^best 0\.\d{3}, epoch 3: 3 of the 4 others/);
});

it('what the best was compared with is the best no more', () => {
  const before = { epoch: 2, difference: 0.002, low: -0.02, high: 0.024, probabilityBetter: 0.55 };
  const state = fold([
    ...whole,
    validated(3, 20, { versusBest: { ...before, judged: { isWorse: false, among: 5 } } }),
  ]);
  const checkpoint = state.validations.get(3);
  expect(checkpoint && verdictOf(state, checkpoint, createTranslate()).text).toMatch(
    /^\+0\.0020, cannot be told from the best before it, 0\.\d{3} of epoch 2$/,
  );
});

it('in the end the best says of the best before it what all of them together say', () => {
  const before = { epoch: 1, difference: 0.006, low: -0.002, high: 0.014, probabilityBetter: 0.93 };
  const versusBest = { ...before, judged: { isWorse: false, among: 5 } };
  const entries = whole.map((entry) =>
    'map50' in entry.value && 'epoch' in entry.value && entry.value.epoch === 3
      ? validated(3, drawn[2].t, { versusBest })
      : entry,
  );
  const said = (state: 'running' | 'completed'): string | undefined => {
    const folded = fold(entries);
    const now = { ...folded, status: { ...folded.status, state } as RunState['status'] };
    const checkpoint = now.validations.get(3);
    return checkpoint && verdictOf(now, checkpoint, createTranslate()).text;
  };
  expect(said('running')).toMatch(/^\+0\.0060, cannot be told from the best before it/);
  expect(said('completed')).toMatch(/^\+0\.0060 over the best before it, 0\.\d{3} of epoch 1$/);
});
