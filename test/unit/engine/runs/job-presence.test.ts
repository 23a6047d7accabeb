import { describe, expect, it } from 'vitest';
import { withJob } from '../../../../src/engine/runs/job-presence';
import type { Presence } from '../../../../src/engine/runs/presence';
import type { StatusFile } from '../../../../src/run/files';
import type { JobFile, JobState } from '../../../../src/run/job';

const SINCE = 1000;
const job = (state: JobState): JobFile => ({
  ...{ format: 1, kind: 'slurm', target: 'gpu', id: '7', submitted: SINCE, since: SINCE },
  state,
});
const presence = (state: Presence['state']): Presence => ({
  ...{ state, where: 'elsewhere', keeperAlive: false, trainerAlive: false },
});
const status = (state: StatusFile['state'], heartbeat: number): StatusFile => ({
  ...{ format: 1, state, stalled: false, heartbeat, queue: { waiting: [] } },
  keeper: { pid: 1, started: '', boot: '', host: 'n', pidns: '' },
});

function check(state: JobState, given: StatusFile | undefined, expected: readonly [string, string?]): void {
  const before = presence(given?.state ?? 'lost');
  const { state: now, note } = withJob(before, { job: job(state), status: given, now: SINCE + 5000 });
  expect([now, note]).toEqual(expected);
}

const QUEUED: JobState = { kind: 'queued', reason: 'Resources', ahead: 3 };
const RUNNING: JobState = { kind: 'running', node: 'node3' };

describe('the state of a run in a job', () => {
  it('waits with its place in the queue, also after a stop before', () => {
    check(QUEUED, undefined, ['starting', 'queued in Slurm: 3 jobs before it, Resources']);
    check({ ...QUEUED, ahead: 0 }, undefined, [
      'starting',
      'queued in Slurm: next in its partition, Resources',
    ]);
    check(QUEUED, status('stopped', SINCE - 1), ['starting', 'queued in Slurm: 3 jobs before it, Resources']);
    check(QUEUED, status('running', SINCE + 1), ['running', undefined]);
  });

  it('begins on its node until the run itself says more', () => {
    check(RUNNING, undefined, ['starting', 'its job runs on node3']);
    check(RUNNING, status('paused', SINCE - 1), ['starting', 'its job runs on node3']);
    check(RUNNING, status('paused', SINCE + 1), ['paused', undefined]);
    check(RUNNING, status('running', SINCE + 1), ['running', undefined]);
  });

  it('is what it was while its job is suspended, and says so', () => {
    const held: JobState = { ...RUNNING, isSuspended: true };
    const said = 'its job on node3 is suspended by Slurm';
    check(held, status('running', SINCE + 1), ['running', said]);
    check(held, status('completed', SINCE + 1), ['completed', undefined]);
    const alive = { ...presence('running'), keeperAlive: true };
    const known = { job: job(held), status: status('running', SINCE + 1), now: SINCE + 5000 };
    expect(withJob(alive, known).note).toBe(said);
    // Silent for so long that it would be taken for lost.
    expect(withJob(presence('lost'), known)).toMatchObject({ state: 'running', note: said });
  });

  it("is its job's end with Slurm's reason if the run said nothing of its own", () => {
    const last = status('running', SINCE + 1);
    check({ kind: 'ended', how: 'timeout' }, last, ['stopped', 'Slurm ended its job at the time limit']);
    check({ kind: 'ended', how: 'out_of_memory' }, last, ['failed', 'Slurm ended its job: out of memory']);
    check({ kind: 'ended', how: 'node_fail' }, last, ['lost', 'Slurm ended its job: its node failed']);
    check({ kind: 'ended', how: 'cancelled', by: '0' }, undefined, [
      'stopped',
      'its job was cancelled in Slurm by user 0',
    ]);
    check({ kind: 'gone' }, last, ['lost', 'Slurm does not know its job any more']);
    check({ kind: 'ended', how: 'failed' }, status('completed', SINCE + 1), ['completed', undefined]);
  });

  it('a hand-over that was cut short is not waited for', () => {
    const cut = job({ kind: 'submitting' });
    const at = (now: number) => withJob(presence('lost'), { job: cut, status: undefined, now }).state;
    expect([at(SINCE + 1000), at(SINCE + 100_000)]).toEqual(['starting', 'lost']);
  });
});
