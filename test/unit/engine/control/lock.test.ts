import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeLock } from '../../../../src/engine/control/lock';

describe('the lock of a run', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'pitwall-lock-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is held by one, and lost to the one that takes the next number', async () => {
    const lock = takeLock(dir);
    expect([lock?.n, lock?.isHeld(), takeLock(dir)]).toEqual([1, true, undefined]);
    copyFileSync(path.join(dir, 'keeper.1.lock'), path.join(dir, 'keeper.2.lock'));
    await vi.waitFor(() => expect(lock?.isHeld()).toBe(false));
  });
});
