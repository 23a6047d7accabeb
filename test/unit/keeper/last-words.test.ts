import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lastWordsOf } from '../../../src/keeper/outcome';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-words-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function check(output: string, expected: string): Promise<void> {
  const file = path.join(dir, 'stdout.log');
  writeFileSync(file, output);
  expect(await lastWordsOf(file)).toBe(expected);
}

it('a program that is killed amid a progress bar has said what stood before the bar', async () => {
  const bar = '\r\x1b[K      1/4         0G      2.91     64: 58% ━━━━━━━───── 7/12 5.1it/s 1.4s<1.0s';
  await check(`Starting training for 4 epochs...\n${bar}${bar}`, 'Starting training for 4 epochs...');
  await check(`${bar}\r 12%|█▏        | 3/25 [00:01<00:09,  2.3it/s]`, '');
});

it('an error line is preferred to a later one, without the colours of a terminal', async () => {
  await check('\x1b[31mRuntimeError: no memory\x1b[0m\nbye\nNode.js v20.1.0\n', 'RuntimeError: no memory');
  await check('one\ntwo\n', 'two');
});
