import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freeMemory, memoryRoom } from '../../../src/dataset/machine-room';

const MB = 2 ** 20;
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-room-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

// 15.6 GB, of which 12.4 can still be taken.
const MEMINFO = `MemTotal:       16317408 kB
MemFree:         1031512 kB
MemAvailable:   13004208 kB
Buffers:          512340 kB
`;
const MACHINE = { free: 13_004_208 * 1024, total: 16_317_408 * 1024 };

/** The file system as it was recorded: of a machine, a container, a batch system. */
function rootOf(files: Readonly<Record<string, string>>): string {
  const root = path.join(folder, String(count++));
  for (const [name, text] of Object.entries({ 'proc/meminfo': MEMINFO, ...files })) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return root;
}

const check = (files: Readonly<Record<string, string>>, expected: { free: number; total: number }) =>
  expect(memoryRoom(rootOf(files))).toEqual(expected);

const V1_NO_LIMIT = '9223372036854771712\n';

describe.skipIf(platform() === 'win32')('the memory that is left', () => {
  it('is what the machine says if there is no container', () => {
    check({}, MACHINE);
    check({ 'proc/self/cgroup': '0::/user.slice/user-1000.slice/session-2.scope\n' }, MACHINE);
  });

  it('is the limit of a container less what it uses, file pages aside (version 2)', () => {
    const at = 'sys/fs/cgroup';
    check(
      {
        'proc/self/cgroup': '0::/\n',
        [`${at}/memory.max`]: `${512 * MB}\n`,
        [`${at}/memory.current`]: `${400 * MB}\n`,
        [`${at}/memory.stat`]: `anon ${90 * MB}\nfile ${300 * MB}\nactive_file ${10 * MB}\ninactive_file ${290 * MB}\n`,
      },
      { free: 402 * MB, total: 512 * MB },
    );
  });

  it('is that of the group above if it has less left: a service in a slice', () => {
    const [slice, own] = ['sys/fs/cgroup/train.slice', 'sys/fs/cgroup/train.slice/run-1.service'];
    check(
      {
        'proc/self/cgroup': '0::/train.slice/run-1.service\n',
        [`${slice}/memory.max`]: `${2048 * MB}\n`,
        [`${slice}/memory.current`]: `${2000 * MB}\n`,
        [`${slice}/memory.stat`]: 'inactive_file 0\n',
        [`${own}/memory.max`]: 'max\n',
        [`${own}/memory.current`]: `${100 * MB}\n`,
        [`${own}/memory.stat`]: 'inactive_file 0\n',
      },
      { free: 48 * MB, total: 2048 * MB },
    );
  });

  it('is that of a container of version 1, whose own path is that of the host', () => {
    const at = 'sys/fs/cgroup/memory';
    check(
      {
        'proc/self/cgroup': '12:cpu:/docker/9f3c\n5:memory:/docker/9f3c\n1:name=systemd:/docker/9f3c\n0::/\n',
        [`${at}/memory.limit_in_bytes`]: `${1024 * MB}\n`,
        [`${at}/memory.usage_in_bytes`]: `${1000 * MB}\n`,
        [`${at}/memory.stat`]: `cache ${700 * MB}\ninactive_file 0\ntotal_inactive_file ${600 * MB}\n`,
      },
      { free: 624 * MB, total: 1024 * MB },
    );
  });

  it('is that of a step of a batch system (version 1), below groups without a limit', () => {
    const job = 'sys/fs/cgroup/memory/slurm/uid_1000/job_7';
    check(
      {
        'proc/self/cgroup': '8:memory:/slurm/uid_1000/job_7/step_0\n',
        'sys/fs/cgroup/memory/memory.limit_in_bytes': V1_NO_LIMIT,
        'sys/fs/cgroup/memory/memory.usage_in_bytes': `${9000 * MB}\n`,
        [`${job}/memory.limit_in_bytes`]: `${4096 * MB}\n`,
        [`${job}/memory.usage_in_bytes`]: `${4200 * MB}\n`,
        [`${job}/memory.stat`]: 'total_inactive_file 0\n',
      },
      { free: 0, total: 4096 * MB },
    );
  });

  it('is never more than the machine has left, whatever a container is allowed', () => {
    const at = 'sys/fs/cgroup';
    check(
      {
        'proc/self/cgroup': '0::/\n',
        [`${at}/memory.max`]: `${15_000 * MB}\n`,
        [`${at}/memory.current`]: `${100 * MB}\n`,
        [`${at}/memory.stat`]: 'inactive_file 0\n',
      },
      MACHINE,
    );
  });
});

it('is always a number for caches and batches', () => {
  expect(freeMemory()).toBeGreaterThan(0);
  expect(freeMemory()).toBeLessThanOrEqual(totalmem());
});
