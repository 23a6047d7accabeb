import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { askProgram, type ProgramAnswer } from '../../../../src/run/folder/ask-program';
import { type HangingProgram, isAlive, stubHangingNvidiaSmi } from '../../../helpers/stub-nvidia-smi';
import { until } from '../../../helpers/until';

const LONG = { timeoutMs: 60_000 };

let folder: string;
let stub: HangingProgram;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-ask-'));
  stub = stubHangingNvidiaSmi(folder);
});
afterEach(() => {
  stub.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer once its time is over, which is when so many programs have been started and `holds`. */
async function givenUp(
  started: number,
  ask: () => Promise<ProgramAnswer>,
  holds = () => true,
): Promise<ProgramAnswer> {
  const timers = vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const answer = ask();
    while (stub.pids().length < started || !holds()) await setImmediate();
    timers.advanceTimersByTime(LONG.timeoutMs);
    return await answer;
  } finally {
    vi.useRealTimers();
  }
}

describe.skipIf(process.platform === 'win32')('a program that is asked', () => {
  test('answers with what it prints, or with why it failed', async () => {
    expect(await askProgram('/bin/sh', ['-c', 'echo yes'], LONG)).toEqual({
      kind: 'answered',
      stdout: 'yes\n',
    });
    expect(await askProgram('/bin/sh', ['-c', 'echo half; echo no >&2; exit 3'], LONG)).toMatchObject({
      ...{ kind: 'failed', stdout: 'half\n', stderr: 'no\n', error: { code: 3 } },
    });
    expect(await askProgram('/nowhere/x', [], LONG)).toMatchObject({ error: { code: 'ENOENT' } });
  });

  test('is given up if it ignores SIGTERM and its child holds its output; it is ended, and asked anew', async () => {
    expect(await givenUp(1, () => askProgram(stub.file, [], LONG))).toEqual({ kind: 'silent' });
    await until(() => !stub.pids().some(isAlive));
    expect(await givenUp(2, () => askProgram(stub.file, [], LONG))).toEqual({ kind: 'silent' });
  });

  test('is not started again while one that was given up is still there', async () => {
    // As SIGKILL to a process that waits for a driver.
    const unheard = { ...LONG, signal: 'SIGTERM' } as const;
    expect(await givenUp(1, () => askProgram(stub.file, [], unheard))).toEqual({ kind: 'silent' });
    expect(await askProgram(stub.file, [], LONG)).toEqual({ kind: 'silent' });
    expect(await askProgram(stub.file, [], LONG)).toEqual({ kind: 'silent' });
    expect(stub.pids().filter(isAlive)).toHaveLength(1);
    expect(stub.pids()).toHaveLength(1);
    stub.end();
    await until(() => !stub.pids().some(isAlive));
    expect(await givenUp(2, () => askProgram(stub.file, [], LONG))).toEqual({ kind: 'silent' });
  });

  test('is given up, too, if it has ended and only its child holds its output, and does not count as there', async () => {
    const leaves = ['-c', 'sleep 600 & echo "$$ $!" >> "$0"', path.join(folder, 'pids')];
    const hasEnded = () => !stub.pids().some(isAlive);
    const answer = await givenUp(1, () => askProgram('/bin/sh', leaves, LONG), hasEnded);
    expect(answer).toEqual({ kind: 'silent' });
    expect(await askProgram('/bin/sh', ['-c', 'echo yes'], LONG)).toMatchObject({ stdout: 'yes\n' });
  });
});
