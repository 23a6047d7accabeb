import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRig, removeRig, runToEnd, startFakeRun } from '../../helpers/fake-run';

const rig = createRig();
afterAll(() => removeRig(rig));

test('a val set that changes during a run: earlier results count neither for best nor for keep_best', async () => {
  const { dir } = await startFakeRun(rig, {
    epochs: 5,
    validator: {
      ms: 1,
      map: [0.9, 0.8, 0.1, 0.3, 0.2],
      fingerprints: ['old', 'old', 'new', 'new', 'new'],
    },
    experiment: { checkpoints: { every: 1, keep_last: 1, keep_best: 1 } },
  });
  const live = await runToEnd(dir);
  expect(live.state.best).toMatchObject({ epoch: 4, map: 0.3 });
  expect(readdirSync(path.join(dir, 'checkpoints')).sort()).toEqual(['epoch-0004', 'epoch-0005']);
  expect(live.state.alerts.filter((a) => a.rule === 'val_set_changed')).toMatchObject([
    { epoch: 3, message: expect.stringContaining('2 epochs from 1 to 2 were judged on another one') },
  ]);
  live.dispose();
});

test('every image that is left out is reported, those found together in one alert', async () => {
  const problems = ['a.jpg: is torn', 'b.jpg: is torn', 'c.jpg: is torn', 'd.jpg: is torn'];
  const { dir } = await startFakeRun(rig, {
    epochs: 2,
    validator: { ms: 1, problems: [problems, [...problems, 'e.jpg: is empty']] },
  });
  const live = await runToEnd(dir);
  expect(live.state.alerts.filter((a) => a.rule === 'val_set').map((a) => a.message)).toEqual([
    '4 problems of the val set: a.jpg: is torn; b.jpg: is torn; c.jpg: is torn; and 1 more',
    'e.jpg: is empty',
  ]);
  live.dispose();
});
