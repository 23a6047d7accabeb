import { expect, it } from 'vitest';
import { epochsCsv, scalarPoints } from '../../../src/protocol/export-run';
import { createRunState, reduceRun } from '../../../src/run/reduce';
import type { RunState } from '../../../src/run/state';
import { syntheticRun } from '../../helpers/synthetic-run';

/** The recorded run as one of a task. */
function runOf(task: string): RunState {
  const { run, entries } = syntheticRun({ epochs: 2, stepsPerEpoch: 3, steps: 6 });
  const ofTask = entries.map(({ source, value }) =>
    'type' in value && (value.type === 'plan' || value.type === 'validation')
      ? { source, value: { ...value, task } }
      : { source, value },
  ) as typeof entries;
  return ofTask.reduce(reduceRun, createRunState(run));
}

const header = (task: string): string => [...epochsCsv(runOf(task))][0].trim();
const tags = (task: string): string[] => [
  ...new Set(
    [...scalarPoints(runOf(task))].map(({ tag }) => tag).filter((tag) => tag.startsWith('metrics/')),
  ),
];

it('numbers of masks, poses and classes have the names that Ultralytics gives them', () => {
  expect(header('segment')).toBe(
    'epoch,metrics/precision(M),metrics/recall(M),metrics/mAP50(M),metrics/mAP50-95(M),seconds,validation_seconds',
  );
  expect(header('classify')).toBe(
    'epoch,metrics/accuracy_top1,metrics/accuracy_top5,seconds,validation_seconds',
  );
  expect(header('obb')).toBe(header('detect'));
  expect(tags('pose')).toContain('metrics/mAP50-95(P)');
  expect(tags('classify')).toEqual(['metrics/accuracy_top1', 'metrics/accuracy_top5']);
});

it('seconds are those of training, with and without validations of Pitwall', () => {
  const state = runOf('detect');
  const [first] = state.epochs;
  const cells = (of: RunState): (string | undefined)[] => {
    const [head, row] = [...epochsCsv(of)].map((text) => text.trim().split(','));
    return ['seconds', 'validation_seconds'].map((name) => row[head.indexOf(name)]);
  };
  expect(cells(state)).toEqual([
    String(first.seconds),
    String(state.validations.get(first.epoch)?.seconds.total),
  ]);
  const own = { ...state, validations: new Map(), epochs: [{ ...first, metrics: { map: 0.5 } }] };
  expect(cells(own)).toEqual([String(first.seconds), undefined]);
});
