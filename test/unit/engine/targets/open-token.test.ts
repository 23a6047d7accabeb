import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import type { RaySettings } from '../../../../src/domain/targets/target-keys';
import { checkRay } from '../../../../src/engine/targets/check-ray';
import { isTokenOpen } from '../../../../src/engine/targets/ray';

let dir = '';
let token_file = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-token-'));
  token_file = path.join(dir, 'token');
  writeFileSync(token_file, 'secret');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each([
  ['http://head:8265', true],
  ['http://10.0.0.7:8265', true],
  ['http://localhost.evil.com:8265', true],
  ['https://head:8265', false],
  ['http://localhost:8265', false],
  ['http://127.0.0.1:8265', false],
  ['http://[::1]:8265', false],
])('a token for %s is open to others: %s', (address, isOpen) => {
  expect(isTokenOpen({ address, token_file })).toBe(isOpen);
});

it('is warned of by doctor before it is sent, and neither is a failure nor shows it', async () => {
  // A host that does not exist.
  const settings = { kind: 'ray', address: 'http://head.invalid:9', token_file, grace: 120 } as RaySettings;
  const checked = checkRay(settings, { installDir: dir, runs: dir });
  const { value } = await checked.next();
  await checked.return(undefined);
  const { ok, warns, said, fix } = value!;
  expect([ok, warns]).toEqual([true, true]);
  expect(inEnglish(said)).toBe(
    'your token travels to http://head.invalid:9 over plain http: anyone on the way can read it',
  );
  expect(inEnglish(fix!)).toContain('https://');
});
