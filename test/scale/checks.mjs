// What a cluster may do to runs and sweeps, each in a real Slurm. A check throws what it saw instead.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { linesOf, until } from './lab.mjs';
import {
  at,
  end,
  eventsOf,
  jobOf,
  killDriver,
  show,
  start,
  sweepThere,
  sweepWith,
  untilNoneLives,
  untilState,
  untilSteps,
} from './steps.mjs';

/** Every metric to its last digit; a checkpoint may have been validated twice. */
function mapsOf(lab, name) {
  const lines = linesOf(at(lab, name, 'validation.jsonl')).filter(({ map }) => map !== undefined);
  return [...new Set(lines.map(({ epoch, map }) => `${epoch} ${map}`))].toSorted();
}

/**
 * Two attempts, and every metric that of a run that nothing was done to. A checkpoint that waited for its validation when the job was
 * ended has none.
 */
function assertSame(lab, name) {
  assert.equal(eventsOf(lab, name, 'hello').length, 2);
  const straight = lab.run(['train', 'small.train.yaml', '--name', `${name}-straight`]);
  assert.equal(straight.status, 0, straight.stderr);
  const found = mapsOf(lab, name);
  const epochs = new Set(found.map(epochOf));
  assert.deepEqual(
    found,
    mapsOf(lab, `${name}-straight`).filter((one) => epochs.has(epochOf(one))),
  );
  assert.ok(epochs.has('4'), 'its last epoch is validated');
}

const epochOf = (text) => text.split(' ')[0];

/** Slurm holds a requeued job back for two minutes. */
const untilCompleted = (lab, name) =>
  until(() => {
    lab.slurm('scontrol', ['update', `jobid=${jobOf(lab, name)}`, 'StartTime=now']);
    return show(lab, name).state === 'completed';
  }, `${name} completed`);

export const CHECKS = {
  'a sweep in Slurm: the trials, decisions and mAPs of the one on this machine, to the last digit':
    sweepThere,
  'its driver killed and started again: no trial twice, none lost': killDriver,
  'the controller killed and started again': (lab) =>
    sweepWith(lab, 'controller', async () => {
      // Killed before it has saved a new job, it holds that job for its administrators when it is started again. A change makes it
      // save all.
      const now = Date.now();
      lab.slurm('scontrol', ['update', `jobid=${jobOf(lab, 'controller/trials/001')}`, 'TimeLimit=31']);
      await until(() => lab.savedAt() > now, 'the controller has saved its jobs');
      lab.kill('slurmctld');
      lab.restart('slurmctld');
    }),
  'the daemon of the node killed and started again': (lab) =>
    sweepWith(lab, 'daemon', () => {
      lab.kill('slurmd');
      lab.restart('slurmd');
    }),
  'the keeper of a trial killed': (lab) =>
    sweepWith(lab, 'keeper', () => {
      const keepers = lab.left('runs/keeper').filter(({ line }) => line.includes('keeper.js'));
      assert.ok(keepers.length > 0);
      process.kill(keepers[0].pid, 'SIGKILL');
    }),
  'the job of a trial is requeued: it is followed on, and no second job is made': (lab) =>
    sweepWith(lab, 'requeued', async () => {
      const [trial] = readdirSync(at(lab, 'requeued/trials')).filter((one) =>
        lab.left(`runs/requeued/trials/${one}`).some(({ line }) => line.includes('keeper.js')),
      );
      const name = `requeued/trials/${trial}`;
      const job = jobOf(lab, name);
      lab.slurm('scontrol', ['requeue', job]);
      await untilNoneLives(lab, name);
      // Slurm holds it back for two minutes.
      await until(() => {
        lab.slurm('scontrol', ['update', `jobid=${job}`, 'StartTime=now']);
        return eventsOf(lab, name, 'hello').length === 2;
      }, 'its second attempt');
      assert.equal(jobOf(lab, name), job);
    }),
  'a run waits with its place and reason, and is taken out of the queue by stop': async (lab) => {
    start(lab, 'endless', 'first', 'both');
    await untilSteps(lab, 'first', 3);
    start(lab, 'endless', 'waits', 'both');
    await until(
      () => /queued in Slurm: next in its partition, Resources/.test(lab.run(['list']).stdout),
      'its reason in the list',
    );
    assert.equal(show(lab, 'waits').state, 'starting');
    assert.match(lab.run(['stop', 'waits']).stdout, /taken out of the queue/);
    assert.equal(show(lab, 'waits').state, 'stopped');
    assert.equal(
      lab.slurm('squeue', ['-h', '-j', jobOf(lab, 'waits'), '-t', 'all', '-o', '%T']),
      'CANCELLED',
    );
    await end(lab, 'first');
    assert.equal(show(lab, 'first').state, 'stopped');
  },
  'a job that an administrator suspends: its run says so, and goes on when the job does': async (lab) => {
    start(lab, 'endless', 'held');
    await untilSteps(lab, 'held', 3);
    lab.slurm('scontrol', ['suspend', jobOf(lab, 'held')]);
    const listed = () => lab.run(['list']).stdout;
    await until(() => /running .*is suspended by Slurm/.test(listed()), 'the sentence', 60);
    lab.slurm('scontrol', ['resume', jobOf(lab, 'held')]);
    await until(() => !/suspended/.test(listed()), 'no sentence', 60);
    const before = eventsOf(lab, 'held', 'step').length;
    await untilSteps(lab, 'held', before + 3);
    await end(lab, 'held');
  },
  'scancel by an administrator: stopped with that reason, nothing left': async (lab) => {
    start(lab, 'endless', 'cancelled');
    await untilSteps(lab, 'cancelled', 3);
    lab.slurm('scancel', [jobOf(lab, 'cancelled')]);
    await untilNoneLives(lab, 'cancelled');
    await until(() => /cancelled in Slurm/.test(lab.run(['list']).stdout), 'the reason', 60);
    assert.equal(show(lab, 'cancelled').state, 'stopped');
  },
  'scancel of a program that ignores SIGTERM and SIGINT: nothing left': async (lab) => {
    const deaf =
      'import signal,time\nfor s in (signal.SIGTERM, signal.SIGINT): signal.signal(s, signal.SIG_IGN)\nwhile True: time.sleep(1)\n';
    writeFileSync(path.join(lab.work, 'deaf.py'), deaf);
    const config =
      'trainer: command\nepochs: 9\ncommand:\n  run: [python3, deaf.py, "{run_dir}/trainer"]\n  reads: jsonl\n';
    writeFileSync(path.join(lab.work, 'deaf.train.yaml'), config);
    start(lab, 'deaf', 'deaf');
    await until(() => lab.left('runs/deaf').some(({ line }) => line.includes('deaf.py')), 'the program');
    lab.slurm('scancel', [jobOf(lab, 'deaf')]);
    await untilNoneLives(lab, 'deaf');
    await untilState(lab, 'deaf', 'stopped');
  },
  'a job that is requeued goes on: two attempts, every mAP that of one that was not': async (lab) => {
    start(lab, 'small', 'again');
    await until(() => eventsOf(lab, 'again', 'checkpoint').length > 0, 'a checkpoint');
    const job = jobOf(lab, 'again');
    lab.slurm('scontrol', ['requeue', job]);
    await untilNoneLives(lab, 'again');
    await until(() => lab.slurm('squeue', ['-h', '-j', job, '-o', '%T']) === 'PENDING', 'it waits again', 60);
    await untilCompleted(lab, 'again');
    assertSame(lab, 'again');
  },
  'a job of a partition of higher priority takes the node: preempted, and gone on with afterwards, the same mAPs':
    async (lab) => {
      start(lab, 'small', 'gives-way', 'spare');
      await until(() => eventsOf(lab, 'gives-way', 'checkpoint').length > 0, 'a checkpoint');
      start(lab, 'endless', 'urgent', 'both');
      await untilSteps(lab, 'urgent', 1);
      await untilNoneLives(lab, 'gives-way');
      await untilState(lab, 'gives-way', 'starting');
      await end(lab, 'urgent');
      await untilCompleted(lab, 'gives-way');
      assertSame(lab, 'gives-way');
    },
  'the time limit: stopped in good order before it, and gone on with by --resume': async (lab) => {
    start(lab, 'endless', 'limited', 'short');
    await untilSteps(lab, 'limited', 3);
    await until(() => show(lab, 'limited').state === 'stopped', 'stopped at the limit', 150);
    await untilNoneLives(lab, 'limited');
    const steps = eventsOf(lab, 'limited', 'step').length;
    assert.equal(lab.run(['train', '--resume', 'limited', '--target', 'gpu', '--detach']).status, 0);
    await until(() => eventsOf(lab, 'limited', 'hello').length === 2, 'a second attempt');
    assert.equal(eventsOf(lab, 'limited', 'hello')[1].fromStep, steps);
    await end(lab, 'limited');
  },
  'names that a shell would act on do nothing': async (lab) => {
    const folder = path.join(lab.work, '$(touch x); `touch y` "q\' %j');
    mkdirSync(folder);
    const config = path.join(folder, '$(touch z).train.yaml');
    writeFileSync(
      config,
      readFileSync(path.join(lab.work, 'small.train.yaml'), 'utf8').replace(
        'data.yaml',
        path.join(lab.work, 'data.yaml'),
      ),
    );
    const { status, stderr } = lab.run(['train', config, '--target', 'gpu', '--name', 'odd'], folder);
    assert.equal(status, 0, stderr);
    const made = [lab.work, folder, path.join(folder, 'runs/odd')].flatMap((one) => readdirSync(one));
    assert.deepEqual(
      made.filter((name) => /^[xyz]$/.test(name)),
      [],
    );
    assert.ok(existsSync(path.join(folder, 'runs/odd/job.log')));
  },
};
