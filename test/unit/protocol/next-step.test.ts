import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../src/base/translate';
import { inEnglish } from '../../../src/base/words';
import { likelyCause } from '../../../src/domain/run/likely-cause';
import type { ViewInput } from '../../../src/protocol/dashboard/input';
import { sectionsOf } from '../../../src/protocol/dashboard/sections';
import { nextSteps } from '../../../src/protocol/next-step';
import type { RunState } from '../../../src/run/state';
import type { RunStateName } from '../../../src/run/state-names';
import { syntheticState } from '../../helpers/synthetic-run';

const young = { epochs: 10, stepsPerEpoch: 50, steps: 230, warmupEpochs: 1 };
const whole = syntheticState({ ...young, steps: 500, end: 'completed' });
const cut = syntheticState({ ...young, end: 'stopped' });

function check(state: RunState, name: RunStateName, expected: readonly unknown[], reason?: string): void {
  expect(nextSteps(state, name, reason).map(({ said }) => inEnglish(said))).toEqual(expected);
}

describe('what comes next', () => {
  it('is the best checkpoint of a completed run, if it is still there', () => {
    const { epoch, path } = whole.best ?? { epoch: 0, path: '' };
    check(whole, 'completed', [`the best checkpoint is that of epoch ${epoch}: ${path}`]);
    check({ ...whole, checkpoints: new Map() }, 'completed', []);
  });

  it('is the epoch in which a resume goes on: exact if it was stopped, after its checkpoint if it was lost', () => {
    check(cut, 'stopped', ['a resume goes on in epoch 5 of 10']);
    const [kept] = [...cut.checkpoints.values()].filter((one) => one.kept).slice(-1);
    check(cut, 'lost', [`a resume goes on in epoch ${kept.epoch + 1} of 10`]);
    const unsaved = {
      ...cut,
      end: { type: 'end', t: 0, reason: 'paused', step: 229, message: 'ENOSPC' },
    } as const;
    check(unsaved, 'paused', [`a resume goes on in epoch ${kept.epoch + 1} of 10`]);
    check({ ...unsaved, checkpoints: new Map() }, 'paused', [
      'there is no checkpoint: a resume begins again',
    ]);
  });

  it('is the likely cause of a failure, else its output', () => {
    const steps = [
      'likely cause: too little memory; a smaller batch or imgsz needs less',
      expect.any(String),
    ];
    check(cut, 'failed', steps, 'exit code 1: torch.OutOfMemoryError: CUDA out of memory');
    check(cut, 'failed', ['its output says more', expect.any(String)], 'exit code 3');
  });

  it('is a rewind of what diverged, with what it changes, and no resume into the same trouble', () => {
    const [step, ...others] = nextSteps(cut, 'diverged');
    expect([step.kind, others]).toEqual(['rewind', []]);
    expect(inEnglish(step.said)).toMatch(/^rewind: .*LR x 0\.5/);
  });

  it('is nothing while a run goes on', () => check(cut, 'running', []));
});

it('causes are read from the words of the systems', () => {
  const actionOf = (text: string): string | undefined => likelyCause(text)?.action;
  expect(actionOf("ModuleNotFoundError: No module named 'torch'")).toBe('check_environment');
  expect(actionOf('the trainer was ended by SIGKILL')).toBe('open_log');
  expect(actionOf('write ENOSPC')).toBe('open_folder');
  expect(actionOf("FileNotFoundError: '/d/images'")).toBe('open_experiment');
  expect(actionOf('exit code 3')).toBeUndefined();
});

it('a page says each thing once: what the header has a button for has none beside its sentence', () => {
  const input = { planned: undefined, now: 0, t: createTranslate() };
  const shown = (state: RunState, presence: ViewInput['presence']) =>
    sectionsOf({ ...input, state, presence }, 5).sentences.map(({ text, action }) => [text, action?.id]);
  const { header, sentences } = sectionsOf({ ...input, state: whole, presence: { state: 'completed' } }, 5);
  expect([sentences, header.actions.map(({ id }) => id)]).toEqual([
    [],
    ['tryImage', 'reveal', 'compare', 'export'],
  ]);
  expect(shown(cut, { state: 'stopped', note: 'stopped on request' })).toEqual([
    ['stopped on request', undefined],
    ['a resume goes on in epoch 5 of 10', undefined],
  ]);
});
