import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  dropHold,
  heldProcesses,
  isHeld,
  noteHolder,
  removeReleased,
  takeHold,
} from '../../../../src/run/folder/hold';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-hold-'));
});
afterEach(() => rmSync(dir, { recursive: true, maxRetries: 10, retryDelay: 100 }));

it('knows nothing of names that are not its own', () => {
  for (const token of ['', '../../status.json', 'held-keeper-1', 'held-stranger-0123456789abcdef01234567'])
    expect(isHeld(dir, token)).toBe(false);
  expect(isHeld(dir, 'held-keeper-0123456789abcdef01234567')).toBe(false);
  expect(heldProcesses(dir)).toEqual([]);
});

// Linux shows start times in /proc instead, and has no exclusive opening.
describe.skipIf(process.platform === 'linux')('a file that a process holds open', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  it('says that the process is alive, whose it is, and is free however the process ends', async () => {
    const hold = takeHold(dir, 'trainer');
    if (hold === undefined) throw new Error('no hold');
    child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)'], {
      stdio: ['ignore', 'ignore', 'ignore', hold.handle],
    });
    await once(child, 'spawn');
    noteHolder(dir, hold, child.pid ?? 0);
    dropHold(hold);
    expect(heldProcesses(dir)).toEqual([{ token: hold.token, role: 'trainer', pid: child.pid }]);
    removeReleased(dir);
    expect(isHeld(dir, hold.token)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([isHeld(dir, hold.token), heldProcesses(dir)]).toEqual([false, []]);
    removeReleased(dir);
    expect(readdirSync(path.join(dir, 'processes'))).toEqual([]);
  });
});
