import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probePythons, pythonPlaces } from '../../../../src/engine/python/find';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-python-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A program that answers as an interpreter would. */
function fakePython(name: string, script: string): { executable: string; found: string } {
  const executable = path.join(dir, name, 'bin', 'python');
  mkdirSync(path.dirname(executable), { recursive: true });
  writeFileSync(executable, `#!${process.execPath}\n${script}\n`);
  chmodSync(executable, 0o755);
  return { executable, found: name };
}

const answers = (prefix: string, packages: object): string =>
  `console.log(JSON.stringify({ executable: process.argv[1], prefix: ${JSON.stringify(prefix)}, version: '3.11.2', packages: ${JSON.stringify(packages)} }))`;

describe('pythonPlaces', () => {
  it('looks into active environments, the folder and PATH, in this order', () => {
    const places = pythonPlaces('/work', { VIRTUAL_ENV: '/v', CONDA_PREFIX: '/c' }, 'linux');
    expect(places.map(({ executable }) => executable)).toEqual([
      '/v/bin/python',
      '/c/bin/python',
      '/work/.venv/bin/python',
      '/work/venv/bin/python',
      '/work/env/bin/python',
      'python3',
      'python',
    ]);
  });
  it('knows where Windows keeps them', () => {
    const places = pythonPlaces('/work', { VIRTUAL_ENV: '/v', CONDA_PREFIX: '/c' }, 'win32');
    expect(places.slice(0, 2).map(({ executable }) => executable)).toEqual([
      '/v/Scripts/python.exe',
      '/c/python.exe',
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('probePythons', () => {
  it('tells versions, leaves out absent ones and tells an environment once', async () => {
    const a = fakePython('a', answers('/env', { torch: '2.13.0+cpu' }));
    const again = fakePython('again', answers('/env', {}));
    const reports = await probePythons(
      [a, { executable: path.join(dir, 'none'), found: 'none' }, again],
      dir,
    );
    expect(reports).toEqual([
      {
        executable: a.executable,
        prefix: '/env',
        found: 'a',
        version: '3.11.2',
        packages: { torch: '2.13.0+cpu' },
      },
    ]);
  });
  it('says so where a program is no interpreter', async () => {
    const broken = fakePython('broken', 'process.exit(9)');
    expect(await probePythons([broken], dir)).toEqual([
      { executable: broken.executable, found: 'broken', problem: 'could not be asked for its packages' },
    ]);
  });
});
