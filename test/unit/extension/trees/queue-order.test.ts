import { expect, it } from 'vitest';
import type { RunSummary } from '../../../../src/engine/runs/list-runs';
import { inQueueOrder } from '../../../../src/extension/trees/queue-order';
import type { RunStateName } from '../../../../src/run/state-names';
import { wholeRunFile } from '../../../helpers/whole-experiment';

let created = 1000;
/** Older than the one made before it. */
function run(name: string, state: RunStateName, turn?: number): RunSummary {
  const presence = { state, where: 'here', keeperAlive: true, trainerAlive: false } as const;
  const after = turn === undefined ? {} : { after: '/runs/.queue' };
  return {
    ...{ dir: `/runs/${name}`, name, run: wholeRunFile({ name, created: created--, ...after }), presence },
    ...{ meta: turn === undefined ? {} : { turn }, status: undefined, own: true, changed: '' },
  };
}

it('runs that wait stand in the order of their turns, behind what goes on', () => {
  const runs = [
    run('added', 'starting', 7),
    run('taken-out', 'stopped', 1),
    run('next', 'starting', 3),
    run('going', 'running'),
    run('middle', 'starting', 5),
    run('old', 'completed'),
  ];
  expect(inQueueOrder(runs).map(({ summary, place }) => `${summary.name} ${place ?? ''}`.trim())).toEqual([
    ...['taken-out', 'going', 'next 1', 'middle 2', 'added 3', 'old'],
  ]);
});
