import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSweep } from '../../../src/engine/sweep/sweep-folder';
import type { SweepFile } from '../../../src/run/sweep';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-sweeps-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const TEXT = 'experiment: a.train.yaml\nsearch: { lr0: [0.1] }\n';
const EXPERIMENT = 'data: "x #1.yaml"\nepochs: 3\n';

async function nameFor(text: string, experiment = EXPERIMENT): Promise<string> {
  const file: SweepFile = {
    ...{ format: 1, created: Date.now(), file: '/a.sweep.yaml', text, pitwall: '0' },
    experiment: { file: '/a.train.yaml', text: experiment },
    ...{ metric: 'map', rule: 'none', reduction: 2, rungs: [], epochs: 3, trials: [{}, { lr0: 0.1 }] },
  };
  return (await openSweep({ runsDir: dir, stem: 'a-sweep', file })).name;
}

it('goes on with a sweep whose files differ by comments and empty lines, and by nothing else', async () => {
  expect(await nameFor(TEXT)).toBe('a-sweep-1');
  expect(await nameFor(`# tried first\n\n${TEXT}  # the end`)).toBe('a-sweep-1');
  expect(await nameFor(TEXT, `\r\n# a longer one later\r\n${EXPERIMENT}`)).toBe('a-sweep-1');
  expect(await nameFor(TEXT, EXPERIMENT.replace('#1', '#2'))).toBe('a-sweep-2');
  expect(await nameFor(TEXT.replace('0.1', '0.2'))).toBe('a-sweep-3');
});
