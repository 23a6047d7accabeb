// What Ray and people may do to runs and sweeps, each in a real Ray. A check throws what it saw instead.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { linesOf, root, until } from './lab.mjs';
import {
  at,
  end,
  jobOf,
  killDriver,
  show,
  start,
  sweepThere,
  sweepWith,
  untilNoneLives,
  untilSteps,
} from './steps.mjs';

const TRIALS = 4;
const EPOCHS = 12;

export const CHECKS = {
  'a sweep in Ray: the trials, decisions and mAPs of the one on this machine, to the last digit': sweepThere,
  'its driver killed and started again: no trial twice, none lost': killDriver,
  'the processes killed by which Ray keeps its jobs: the trials are handed over again': (lab) =>
    sweepWith(lab, 'supervisors', () => {
      const pids = lab.supervisors();
      assert.ok(pids.length > 0);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    }),
  'a run is stopped, and one that waits is taken back: nothing left': async (lab) => {
    for (const name of ['first', 'second']) {
      start(lab, 'endless', name);
      await untilSteps(lab, name, 3);
    }
    start(lab, 'endless', 'waits');
    await until(() => /queued in Ray/.test(lab.run(['list']).stdout), 'its reason in the list', 60);
    assert.match(lab.run(['stop', 'waits']).stdout, /taken out of the queue/);
    for (const name of ['first', 'second']) {
      await end(lab, name);
      assert.equal(show(lab, name).state, 'stopped');
    }
    // There is room for it now: Ray begins it, which does nothing, or knows by now that it was stopped.
    const isOver = async () => /STOPPED|SUCCEEDED|FAILED/.test(await lab.statusOf(jobOf(lab, 'waits')));
    await until(isOver, 'its job is over', 120);
    assert.equal(existsSync(at(lab, 'waits', 'events.jsonl')), false);
    assert.equal(show(lab, 'waits').state, 'stopped');
    await untilNoneLives(lab, 'waits');
  },
  'Tune with ASHA and Optuna: its trials are runs, and what it stops is stopped': async (lab) => {
    const argv = [
      path.join(root, 'docs/examples/tune_asha.py'),
      path.join(lab.work, 'small.train.yaml'),
      ...['--trials', TRIALS, '--epochs', EPOCHS, '--grace', 2, '--runs', at(lab, 'tuned')].map(String),
      ...['--pitwall', process.execPath, lab.cli],
    ];
    const env = { ...lab.env, ...lab.ray };
    const { status, stdout, stderr } = spawnSync(lab.python, argv, { cwd: lab.work, env, encoding: 'utf8' });
    assert.equal(status, 0, stderr.slice(-2000));
    const found = JSON.parse(stdout.trim().split('\n').at(-1));
    const names = readdirSync(at(lab, 'tuned')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(
      names.sort(),
      found.map(({ run }) => run),
    );
    assert.equal(names.length, TRIALS);
    for (const { run, epoch, map } of found) {
      const { state } = show(lab, path.join('runs/tuned', run));
      // What ASHA stops may have trained to its end while the checkpoint that it judged was validated.
      assert.ok(state === 'completed' || (state === 'stopped' && epoch < EPOCHS), `${run} ${state}`);
      const lines = linesOf(at(lab, 'tuned', run, 'validation.jsonl'));
      assert.equal(lines.find((line) => line.epoch === epoch).map, map);
    }
    assert.ok(found.some(({ epoch }) => epoch < EPOCHS));
    await untilNoneLives(lab, 'tuned');
  },
};
