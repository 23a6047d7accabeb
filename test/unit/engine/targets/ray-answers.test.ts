import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { readJobs } from '../../../../src/engine/targets/ray-answers';
import { jobSentence } from '../../../../src/run/job';

const listed = (fields: object) => ({
  ...{ submission_id: 'pitwall-a', metadata: { pitwall_run: 'run-a' }, driver_exit_code: null },
  ...fields,
});

function check(fields: object, state: object, sentence: string): void {
  const [row] = readJobs([listed(fields)]);
  expect(row).toEqual({ id: 'pitwall-a', runId: 'run-a', state });
  if (!row) return;
  const job = { format: 1, kind: 'ray', target: 'r', submitted: 0, since: 0, state: row.state } as const;
  expect(inEnglish(jobSentence(job))).toBe(sentence);
}

// Messages as Ray 2.60 wrote them.
describe('answers of Ray', () => {
  it('are states with a reason or a place', () => {
    check(
      {
        status: 'PENDING',
        message:
          'Job has not started yet. It may be waiting for resources (CPUs, GPUs, memory, custom resources) to become available.',
      },
      { kind: 'queued', reason: 'waiting for resources' },
      'queued in Ray: waiting for resources',
    );
    check(
      { status: 'RUNNING', driver_agent_http_address: 'http://10.0.0.7:52365' },
      { kind: 'running', node: '10.0.0.7' },
      'its job runs on 10.0.0.7',
    );
  });

  it('say how a job ended, and what it printed last if it failed', () => {
    check(
      { status: 'SUCCEEDED' },
      { kind: 'ended', how: 'completed' },
      'its job in Ray ended without a message of the run',
    );
    check({ status: 'STOPPED' }, { kind: 'ended', how: 'cancelled' }, 'its job was cancelled in Ray');
    check(
      {
        status: 'FAILED',
        error_type: 'JOB_ENTRYPOINT_COMMAND_ERROR',
        driver_exit_code: 127,
        message:
          'Job entrypoint command failed with exit code 127, last available logs (truncated to 20,000 chars):\nRunning entrypoint for job pitwall-a: exec ...\n/bin/bash: /shared/job.sh: No such file or directory\n',
      },
      {
        ...{ kind: 'ended', how: 'failed', code: 127 },
        printed: '/bin/bash: /shared/job.sh: No such file or directory',
      },
      'its job failed in Ray with exit code 127: /bin/bash: /shared/job.sh: No such file or directory',
    );
    check(
      { status: 'FAILED', error_type: 'JOB_SUPERVISOR_ACTOR_DIED', message: 'Job supervisor actor died: x' },
      { kind: 'ended', how: 'node_fail' },
      'Ray ended its job: its node failed',
    );
    check(
      { status: 'FAILED', error_type: 'JOB_SUPERVISOR_ACTOR_START_TIMEOUT', message: 'failed to start' },
      { kind: 'ended', how: 'timeout' },
      'Ray found no place for its job in the time that it gives one',
    );
  });

  it('leave out what is not a job of ours, whatever it is', () => {
    const others = [
      listed({ status: 'RUNNING', submission_id: null }),
      listed({ status: 'RUNNING', submission_id: "pitwall-'; x" }),
      listed({ status: 'RUNNING', metadata: null }),
      listed({ status: 7 }),
      'text',
      null,
    ];
    expect(readJobs(others)).toEqual([]);
    expect(readJobs({ detail: 'not a list' })).toEqual([]);
  });
});
