import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, ownIdentity } from '../../../../src/engine/process/identity';
import { type Move, moveInQueue } from '../../../../src/engine/queue/move';
import { isLeft, queueOf, waitedOf } from '../../../../src/engine/queue/queue';
import { queueStart, readSlots, tryInQueue, writeSlots } from '../../../../src/engine/queue/queue-folder';
import { listRuns } from '../../../../src/engine/runs/list-runs';
import type { StatusFile } from '../../../../src/run/files';
import { createRun } from '../../../../src/run/folder/create';
import { updateMeta, writeJson } from '../../../../src/run/folder/whole-file';
import { wholeExperiment } from '../../../helpers/whole-experiment';

let root = '';
let runsDir = '';
const dirOf = (name: string): string => path.join(runsDir, name);

/** A run whose keeper is this process. */
async function make(name: string, status: Partial<StatusFile>, after?: string): Promise<void> {
  const experimentFile = path.join(root, 'pcb.train.yaml');
  const made = { experimentFile, text: '', experiment: wholeExperiment(), pitwallVersion: '0.1.0' };
  const { dir } = await createRun({ ...made, runsDir, name, ...(after && { after: dirOf(after) }) });
  const keeper = ownIdentity(dir);
  await writeJson(path.join(dir, 'status.json'), {
    ...{ format: 1, state: 'starting', heartbeat: Date.now(), keeper },
    ...status,
  });
}

const places = async (): Promise<string[]> =>
  queueOf((await listRuns(runsDir)).runs).flatMap((one) => (one.place === undefined ? [] : [one.name]));

async function check(name: string, move: Move, expected: string): Promise<void> {
  await moveInQueue(dirOf(name), move);
  expect((await places()).join(' ')).toBe(expected);
}

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-queue-'));
  runsDir = path.join(root, 'runs');
  await make('going', { state: 'running' });
  let before = 'going';
  for (const name of ['a', 'b', 'c', 'd']) {
    await make(name, {}, before);
    before = name;
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the order of the queue', () => {
  it('is that in which runs came, until one is moved', async () => {
    expect((await places()).join(' ')).toBe('a b c d');
    await check('c', { kind: 'up' }, 'a c b d');
    await check('a', { kind: 'down' }, 'c a b d');
    await check('d', { kind: 'first' }, 'd c a b');
    await check('c', { kind: 'last' }, 'd a b c');
    await check('c', { kind: 'to', place: 2 }, 'd c a b');
    await check('c', { kind: 'to', place: 99 }, 'd a b c');
    await check('d', { kind: 'up' }, 'd a b c');
    expect(await moveInQueue(dirOf('b'), { kind: 'first' })).toEqual({ place: 1, of: 4 });
  });

  it('names who is before each, and a later run stays behind those that were moved to the end', async () => {
    await moveInQueue(dirOf('a'), { kind: 'last' });
    await make('late', {}, 'd');
    const queue = queueOf((await listRuns(runsDir)).runs);
    expect(queue.map(({ name, behind }) => [name, behind])).toEqual([
      ['going', undefined],
      ['b', 'going'],
      ['c', 'b'],
      ['d', 'c'],
      ['a', 'd'],
      ['late', 'a'],
    ]);
  });

  it('survives a hundred moves between the same two neighbours', async () => {
    for (let i = 0; i < 50; i++) {
      await check('c', { kind: 'to', place: 2 }, 'a c b d');
      await check('b', { kind: 'to', place: 2 }, 'a b c d');
    }
  });

  it('is one order after moves of many hosts at once', async () => {
    const moves = ['a', 'b', 'c', 'd'].map((name) => moveInQueue(dirOf(name), { kind: 'first' }));
    await Promise.all(moves);
    expect((await places()).toSorted().join(' ')).toBe('a b c d');
    await updateMeta(dirOf('a'), { turn: 5 });
    await updateMeta(dirOf('b'), { turn: 5 });
    expect((await places()).slice(0, 2)).toEqual(['a', 'b']);
    await check('d', { kind: 'to', place: 2 }, 'a d b c');
  });

  it('what does not wait is not moved, and says why', async () => {
    await expect(moveInQueue(dirOf('going'), { kind: 'up' })).rejects.toThrow('its turn has come');
    await make('over', { state: 'completed' });
    await expect(moveInQueue(dirOf('over'), { kind: 'up' })).rejects.toThrow('has ended');

    rmSync(dirOf('c'), { recursive: true });
    await expect(moveInQueue(dirOf('c'), { kind: 'up' })).rejects.toThrow('has ended');
    expect(readdirSync(runsDir)).not.toContain('c');
  });
});

describe('turns', () => {
  const turn = async (name: string) =>
    waitedOf((await listRuns(runsDir)).runs, dirOf(name), await readSlots(runsDir));

  it('come to the first when what goes on has ended, and to no other', async () => {
    expect(await turn('a')).toEqual({ kind: 'waits', place: 1 });
    rmSync(dirOf('going'), { recursive: true });
    await moveInQueue(dirOf('c'), { kind: 'first' });
    expect([await turn('c'), await turn('a')]).toEqual([
      { kind: 'come', turn: {} },
      { kind: 'waits', place: 2 },
    ]);
  });

  it('come to as many as there are slots', async () => {
    await writeSlots(runsDir, { parallel: 3, devices: ['0', '1', '2'] });
    expect(await turn('a')).toEqual({ kind: 'come', turn: { slot: 1, device: '1' } });
    expect(await turn('b')).toEqual({ kind: 'come', turn: { slot: 2, device: '2' } });
    expect(await turn('c')).toEqual({ kind: 'waits', place: 3 });
  });

  it('of a run whose keeper was killed go to the next, and it is known as left', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const gone = { ...ownIdentity(), pid, started: '1' };
    const file = path.join(dirOf('a'), 'status.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), keeper: gone }));
    expect((await listRuns(runsDir)).runs.filter(isLeft).map(({ name }) => name)).toEqual(['a']);
    expect((await places()).join(' ')).toBe('b c d');
  });
});

describe('the lock of the queue', () => {
  const lockWith = (identity: unknown): string => {
    mkdirSync(queueStart(runsDir), { recursive: true });
    const file = path.join(queueStart(runsDir), 'keeper.1.lock');
    writeFileSync(file, JSON.stringify(identity));
    return file;
  };

  it('of a process that was killed is taken over at once', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    lockWith({ ...ownIdentity(), pid, started: '1' });
    await check('b', { kind: 'first' }, 'b a c d');
  });

  it('of a living one keeps others out', async () => {
    lockWith(identityOf(process.ppid));
    expect(await tryInQueue(runsDir, async () => 'in')).toBeUndefined();
  });

  it('of another machine keeps others out for a minute', async () => {
    const file = lockWith({ ...ownIdentity(), boot: '00000000-0000-0000-0000-000000000000', host: 'other' });
    expect(await tryInQueue(runsDir, async () => 'in')).toBeUndefined();
    utimesSync(file, 1, 1);
    expect(await tryInQueue(runsDir, async () => 'in')).toBe('in');
  });

  it('in a folder that cannot be written is one clear line', async () => {
    writeFileSync(queueStart(runsDir), '');
    await expect(moveInQueue(dirOf('b'), { kind: 'up' })).rejects.toThrow(queueStart(runsDir));
  });
});
