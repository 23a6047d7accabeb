import { expect, test } from 'vitest';
import { isSameMachine, livenessOf, ownIdentity } from '../../../../src/engine/process/identity';
import { type PresenceInput, presenceOf } from '../../../../src/engine/runs/presence';
import type { StatusFile } from '../../../../src/run/files';

const me = ownIdentity();
const gone = { ...me, pid: 2 ** 22 - 1, started: '1' };
const status = (change: Partial<StatusFile>): StatusFile => ({
  format: 1,
  state: 'running',
  stalled: false,
  heartbeat: 100_000,
  keeper: me,
  trainer: me,
  queue: { waiting: [] },
  ...change,
});
const at = (change: Partial<StatusFile>, more: Partial<PresenceInput> = {}) =>
  presenceOf({ dir: '/runs/a', status: status(change), end: undefined, now: 107_000, created: 0, ...more });
const end = { type: 'end', t: 1, reason: 'completed', step: 9 } as const;

test('a process is itself only with every field of its identity', () => {
  expect(livenessOf(me)).toBe('alive');
  expect(livenessOf(gone)).toBe('gone');
  // Elsewhere a process without a held file is known by its number alone.
  expect(livenessOf({ ...me, started: '1' })).toBe(process.platform === 'linux' ? 'gone' : 'alive');
  // Windows has no boot id.
  const boots = process.platform === 'win32' ? [] : [{ boot: 'x' }];
  for (const change of [...boots, { pidns: 'x' }, { boot: '', host: 'x' }])
    expect(livenessOf({ ...me, ...change })).toBe('elsewhere');
});

test('a machine is known by its boot id, whatever its name is now; Windows has none and goes by its name', () => {
  const check = (one: object, other: object, platform: NodeJS.Platform, same: boolean): void => {
    const machine = { boot: '', host: 'mbp.local', pidns: '' };
    expect(isSameMachine({ ...machine, ...one }, { ...machine, ...other }, platform)).toBe(same);
  };
  const [boot, pidns] = ['7A1E2F04-0C1B-4C69-8F21-0B4E8A1D9C55', 'pid:[4026531836]'];
  check({ boot, host: 'mbp.office.example' }, { boot }, 'darwin', true);
  check({ boot }, { boot: boot.replace('7', '8') }, 'darwin', false);
  check({ boot, pidns, host: 'renamed' }, { boot, pidns }, 'linux', true);
  check({ boot, host: 'container-2' }, { boot }, 'linux', false);
  // What an earlier version wrote there on Windows is the boot time, which moves with the clock.
  check({ boot: '133900000000000000' }, { boot: '133900000000010000' }, 'win32', true);
  check({ boot: '133900000000000000', host: 'MBP.local' }, {}, 'win32', true);
  check({ host: 'gpubox' }, {}, 'win32', false);
});

test('what is shown is the keeper’s word, mended if its processes are gone', () => {
  expect(at({})).toMatchObject({ state: 'running', where: 'here', keeperAlive: true, trainerAlive: true });
  expect(at({ keeper: gone })).toMatchObject({ state: 'running', keeperAlive: false, trainerAlive: true });
  expect(at({ keeper: gone, trainer: gone })).toMatchObject({ state: 'lost' });
  expect(at({ keeper: gone, trainer: gone }, { end })).toMatchObject({ state: 'completed' });
  expect(at({ state: 'validating', ended: 'failed', keeper: gone, trainer: undefined })).toMatchObject({
    state: 'failed',
  });
  expect(at({ state: 'completed', keeper: gone, trainer: undefined })).toMatchObject({ state: 'completed' });
});

test('from another machine, container or boot: host and time, and lost after five minutes of silence', () => {
  const there = { ...gone, boot: 'another', host: 'gpubox' };
  expect(at({ keeper: there, trainer: there })).toMatchObject({
    state: 'running',
    where: 'elsewhere',
    note: 'on gpubox, last seen 7 s ago',
  });
  const silent = at({ keeper: there }, { now: 7_360_000 });
  expect([silent.state, silent.note]).toEqual(['lost', 'on gpubox, last seen 2 h 1 min ago']);
  expect(at({ state: 'completed', keeper: there })).toMatchObject({ state: 'completed', where: 'elsewhere' });
  expect(at({ keeper: { ...gone, pidns: 'pid:[1]' } }).where).toBe('elsewhere');
});

test('before the first word of the keeper a run is starting, for a while', () => {
  const early = { dir: '/runs/a', status: undefined, end: undefined, created: 0 };
  expect(presenceOf({ ...early, now: 2000 }).state).toBe('starting');
  expect(presenceOf({ ...early, now: 60_000, ownerAlive: true }).state).toBe('starting');
  expect(presenceOf({ ...early, now: 60_000 })).toMatchObject({
    state: 'lost',
    note: 'its keeper never started',
  });
});
