import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StatusFields, StatusWriter } from '../../../src/keeper/status-writer';
import { readStatus } from '../../../src/run/folder/read';

let dir = '';
let writer: StatusWriter;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-status-'));
  const onError = (error: unknown): never => expect.fail(String(error));
  writer = new StatusWriter(path.join(dir, 'status.json'), onError, () => true);
  vi.useFakeTimers({ toFake: ['Date'], now: 1000 });
});
afterEach(() => {
  vi.useRealTimers();
  writer.dispose();
  rmSync(dir, { recursive: true, force: true });
});

async function endAt(now: number, fields: Pick<StatusFields, 'state' | 'ended'>): Promise<unknown> {
  vi.setSystemTime(now);
  await writer.writeNow({ stalled: false, queue: { waiting: [] }, ...fields });
  return (await readStatus(dir))?.endedAt;
}

describe('when a run ended', () => {
  it('is written once it has, stays what it is, and is gone while it trains again', async () => {
    expect(await endAt(2000, { state: 'running' })).toBeUndefined();
    expect(await endAt(3000, { state: 'validating', ended: 'completed' })).toBeUndefined();
    expect(await endAt(4000, { state: 'completed' })).toBe(4000);
    expect(await endAt(5000, { state: 'validating', ended: 'completed' })).toBe(4000);
    expect(await endAt(6000, { state: 'completed' })).toBe(4000);
    expect(await endAt(7000, { state: 'running' })).toBeUndefined();
    expect(await endAt(8000, { state: 'stopped' })).toBe(8000);
  });
  it('is what an earlier keeper saw', async () => {
    writer.keepEnd(500);
    expect(await endAt(2000, { state: 'validating', ended: 'completed' })).toBe(500);
    expect(await endAt(3000, { state: 'completed' })).toBe(500);
  });
});
