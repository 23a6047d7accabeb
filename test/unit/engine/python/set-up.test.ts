import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { choosePython } from '../../../../src/engine/python/choose';
import { setUpPython } from '../../../../src/engine/python/set-up';
import { hasPython } from '../../../helpers/platform';
import { zipOf } from '../../../helpers/write-zip';

// A real venv and a real pip; the packages are made here and found in a folder, so that nothing is downloaded.
let folder: string;
let wheels: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall python ü '));
  // pip splits what this variable holds at blanks.
  wheels = mkdtempSync(path.join(os.tmpdir(), 'pitwall-wheels-'));
  for (const [name, needs] of [['torch'], ['ultralytics', 'torch'], ['onnx']] as const) {
    const info = `${name}-1.2.3.dist-info`;
    const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.2.3\n${needs ? `Requires-Dist: ${needs}\n` : ''}`;
    const wheel = zipOf({
      [`${name}/__init__.py`]: Buffer.from(''),
      [`${info}/METADATA`]: Buffer.from(metadata),
      [`${info}/WHEEL`]: Buffer.from('Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
      [`${info}/RECORD`]: Buffer.from(''),
    });
    writeFileSync(path.join(wheels, `${name}-1.2.3-py3-none-any.whl`), wheel);
  }
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', wheels);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const made of [folder, wheels]) rmSync(made, { recursive: true, force: true });
});

const basePython = process.platform === 'win32' ? 'python' : 'python3';

test.runIf(hasPython)(
  'an environment that is set up is the one that a run then takes',
  { timeout: 120_000 },
  async () => {
    const lines: string[] = [];
    const dir = path.join(folder, '.venv');
    const python = await setUpPython({ dir, basePython, onLine: (line) => lines.push(line) });
    expect(existsSync(python)).toBe(true);
    expect(lines[0]).toContain('making a virtual environment');
    expect(lines.at(-1)).toMatch(/Successfully installed .*ultralytics/);
    const choice = await choosePython({ cwd: folder, env: {} });
    expect(choice).toMatchObject({ kind: 'found', packages: { torch: '1.2.3', onnx: '1.2.3' } });
    // A second time: nothing is made anew.
    await setUpPython({ dir, basePython, onLine: (line) => lines.push(line) });
    expect(lines.filter((line) => line.startsWith('making'))).toHaveLength(1);
  },
);

test.runIf(hasPython)('what pip cannot find is reported in its own words', { timeout: 120_000 }, async () => {
  const dir = path.join(folder, '.venv');
  const packages = ['no-such-package'];
  await expect(setUpPython({ dir, basePython, packages, onLine: () => undefined })).rejects.toThrow(
    /ERROR: .*no-such-package/,
  );
});

test('an interpreter that is not there, and a person who cancels', async () => {
  const dir = path.join(folder, '.venv');
  const none = path.join(folder, 'no python');
  await expect(setUpPython({ dir, basePython: none, onLine: () => undefined })).rejects.toThrow(
    /no python cannot be started/,
  );
  const stop = new AbortController();
  const begun = setUpPython({ dir, basePython, onLine: () => stop.abort(), signal: stop.signal });
  await expect(begun).rejects.toThrow('cancelled');
});
