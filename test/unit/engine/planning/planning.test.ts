import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ASSUMED, countForPlan } from '../../../../src/engine/planning/count-for-plan';
import { installedVersion } from '../../../../src/engine/planning/installed-version';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-planning-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(file: string, text = ''): string {
  const full = path.join(dir, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

describe('installedVersion', () => {
  const look = (env: Record<string, string> = {}, wanted?: string) =>
    installedVersion('ultralytics', { cwd: dir, env: { PATH: '', ...env }, ...(wanted && { wanted }) });

  it('reads the environment beside the config, and starts no Python for it', async () => {
    write('.venv/lib/python3.11/site-packages/ultralytics_thop-2.0.0.dist-info/METADATA');
    write('.venv/lib/python3.11/site-packages/ultralytics-8.3.253.dist-info/METADATA');
    expect(await look()).toBe('8.3.253');
  });

  it('looks at the named interpreter alone', async () => {
    write('.venv/lib/python3.11/site-packages/ultralytics-8.3.253.dist-info/METADATA');
    const wanted = write('other/bin/python');
    expect(await look({}, wanted)).toBeUndefined();
    write('other/lib/python3.12/site-packages/ultralytics-8.4.103.dist-info/METADATA');
    expect(await look({}, wanted)).toBe('8.4.103');
  });

  it('knows the layouts of Windows, conda and Debian', async () => {
    write('win/Lib/site-packages/ultralytics-8.4.1.dist-info/METADATA');
    expect(await look({}, path.join(dir, 'win/Scripts/python.exe'))).toBe('8.4.1');
    expect(await look({ CONDA_PREFIX: path.join(dir, 'win') }, path.join(dir, 'win/python.exe'))).toBe(
      '8.4.1',
    );
    const debian = write('deb/bin/python3');
    write('deb/lib/python3/dist-packages/ultralytics-8.2.0.egg-info/PKG-INFO');
    expect(await look({}, debian)).toBe('8.2.0');
  });

  it('finds nothing if there is nothing', async () => {
    expect(await look({ VIRTUAL_ENV: path.join(dir, 'gone') })).toBeUndefined();
  });
});

describe('countForPlan', () => {
  it('counts both splits and the classes', async () => {
    for (const name of ['images/train/a.jpg', 'images/train/b.png', 'images/val/c.jpg']) write(name);
    const yaml = write('data.yaml', 'train: images/train\nval: images/val\nnames: [x, y, z]\n');
    expect(await countForPlan(yaml, 'builtin')).toEqual({ images: 2, classes: 3, valImages: 1 });
  });

  it('assumes COCO if there is nothing to count, and says why', async () => {
    const counts = await countForPlan(path.join(dir, 'missing.yaml'), 'builtin');
    expect(counts).toMatchObject(ASSUMED);
    expect(counts.assumed).toMatch(/does not exist/);
    expect(counts.valImages).toBeUndefined();
    expect(counts.missing).toEqual({});
  });

  it('asks no machine that a viewed file names on Windows: that one learns who asks', async () => {
    const near = path.join(dir, 'a.train.yaml');
    const said = async (data: string) => (await countForPlan(data, 'builtin', near, 'win32')).assumed;
    const evil = '\\\\evil\\share';
    expect(await said(`${evil}\\data.yaml`)).toContain(`${evil}\\data.yaml is on another machine`);
    const check = async (yaml: string): Promise<void> =>
      expect(await said(write('data.yaml', `${yaml}names: [x]\n`)), yaml).toContain('is on another machine');
    await check(`path: ${evil}\ntrain: a\nval: a\n`);
    await check(`train: [images, ${evil}\\a]\nval: a\n`);
    await check('train: images\nval: //evil/share/a\n');
    write('images/a.jpg');
    write('list.txt', `./images/a.jpg\n${evil}\\b.jpg\n`);
    expect(await said(write('data.yaml', 'train: list.txt\nval: images\nnames: [x]\n'))).toBeUndefined();
  });

  it('names the dataset file that may be meant', async () => {
    write('data.yaml');
    write('other.train.yaml');
    const missing = async (name: string) => (await countForPlan(path.join(dir, name), 'builtin')).missing;
    expect(await missing('dta.yaml')).toEqual({ nearest: 'data.yaml' });
    expect(await missing('coco8.yaml')).toEqual({ nearest: 'data.yaml' });
    write('boards.yaml');
    expect(await missing('coco8.yaml')).toEqual({});
    expect(await missing('data.yaml')).toBeUndefined();
  });

  it('takes the published counts of a set that Ultralytics fetches by its name, and only for Ultralytics', async () => {
    const counts = (name: string, trainer: 'builtin' | 'ultralytics') =>
      countForPlan(path.join(dir, name), trainer);
    expect(await counts('coco8.yaml', 'ultralytics')).toEqual({
      ...{ images: 4, valImages: 4, classes: 80, published: 'coco8' },
    });
    expect(await counts('VOC.yaml', 'ultralytics')).toMatchObject({ images: 16_551, classes: 20 });
    expect(await counts('coco8.yaml', 'builtin')).toMatchObject({ ...ASSUMED, missing: {} });
  });
});
