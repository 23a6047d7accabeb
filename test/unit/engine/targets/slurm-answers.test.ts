import { describe, expect, it } from 'vitest';
import { aheadOf, newestOf, readAccounting, readQueue } from '../../../../src/engine/targets/slurm-answers';

describe('answers of Slurm', () => {
  it('a line of squeue is a state with its reason; what is cut short is left out', () => {
    const rows = readQueue(
      [
        '7|PENDING|Resources|gpu|100|2026-11-30T05:00:00||run-a',
        '8|RUNNING|None|gpu|90|N/A|node3|run-b',
        '9|TIMEOUT|TimeLimit|gpu|90|N/A|node3|a|b',
        '10|PEND',
      ].join('\n'),
    );
    expect(rows.map(({ id, comment, state }) => ({ id, comment, state }))).toEqual([
      {
        id: '7',
        comment: 'run-a',
        state: { kind: 'queued', reason: 'Resources', starts: Date.parse('2026-11-30T05:00:00') },
      },
      { id: '8', comment: 'run-b', state: { kind: 'running', node: 'node3' } },
      { id: '9', comment: 'a|b', state: { kind: 'ended', how: 'timeout' } },
    ]);
  });

  it('a job that is requeued or being set up has not ended', () => {
    const kinds = ['REQUEUED', 'REQUEUE_HOLD', 'CONFIGURING', 'COMPLETING', 'SUSPENDED'].map(
      (state) => readQueue(`1|${state}|None|p|1|N/A|n|c`)[0]?.state.kind,
    );
    expect(kinds).toEqual(['queued', 'queued', 'running', 'running', 'running']);
  });

  it('one that is suspended holds its node, and does nothing there', () => {
    const [row] = readQueue('1|SUSPENDED|None|p|1|N/A|n|c');
    expect(row?.state).toEqual({ kind: 'running', node: 'n', isSuspended: true });
  });

  it('before a job are those of its partition with a higher priority, or as high and older', () => {
    const line = (id: number, partition: string, priority: number): string =>
      `${id}|PENDING|Priority|${partition}|${priority}|N/A||x`;
    const rows = readQueue([line(1, 'a', 5), line(2, 'a', 9), line(3, 'b', 9), line(4, 'a', 5)].join('\n'));
    expect(rows.map((row) => aheadOf(row, rows))).toEqual([1, 0, 0, 2]);
  });

  it('the newest job of a run is a whole one that has not ended', () => {
    const line = (id: string, state: string): string => `${id}|${state}|None|p|1|N/A||run-a`;
    const rows = readQueue([line('5', 'PENDING'), line('6_3', 'PENDING'), line('7', 'FAILED')].join('\n'));
    expect(newestOf('run-a', rows)?.id).toBe('5');
    expect(newestOf('run-b', rows)).toBeUndefined();
  });

  it('accounting says how a job ended that is not listed any more', () => {
    const text = '5|CANCELLED by 1000|0:0\n6|FAILED|3:0\n7|OUT_OF_MEMORY|0:125\n8|RUNNING|0:0\n';
    expect([...readAccounting(text)]).toEqual([
      ['5', { kind: 'ended', how: 'cancelled', by: '1000' }],
      ['6', { kind: 'ended', how: 'failed', code: 3 }],
      ['7', { kind: 'ended', how: 'out_of_memory' }],
    ]);
  });
});
