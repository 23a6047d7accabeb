import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { recently, shareAnswer } from '../../../../src/engine/targets/shared-answer';

let dir = '';
let asked = 0;
const question = {
  name: 'cluster',
  who: 'squeue',
  schema: z.object({ t: z.number() }),
  ask: () => {
    asked++;
    return Promise.resolve({ t: Date.now() });
  },
};

beforeEach(() => {
  asked = 0;
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-shared-'));
  vi.stubEnv('XDG_STATE_HOME', dir);
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

it.skipIf(process.platform === 'win32')(
  'asks once for what was asked since a moment, however long its reader takes',
  async () => {
    const since = Date.now();
    expect(await shareAnswer(question, since)).toEqual({ t: since });
    vi.setSystemTime(since + 15_000);
    expect(await shareAnswer(question, since)).toEqual({ t: since });
    expect(await shareAnswer(question, recently())).toEqual({ t: since });
    expect(asked).toBe(1);
    expect(await shareAnswer(question, since + 1)).toEqual({ t: since + 15_000 });
    expect(asked).toBe(2);
  },
);

it.skipIf(process.platform === 'win32')(
  'asks again after twenty seconds, and after the clock was set back',
  async () => {
    await shareAnswer(question, recently());
    vi.setSystemTime(1_020_001);
    await shareAnswer(question, recently());
    expect(asked).toBe(2);
    vi.setSystemTime(900_000);
    await shareAnswer(question, recently());
    expect(asked).toBe(3);
  },
);
