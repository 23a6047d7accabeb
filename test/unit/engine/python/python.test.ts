import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { lackingTextModel } from '../../../../src/engine/python/choose';
import { probePythons, pythonPlaces } from '../../../../src/engine/python/find';
import { startLineProcess } from '../../../../src/engine/python/line-process';
import { moduleArguments, pythonEnvironment } from '../../../../src/engine/python/start-module';
import { englishOf } from '../../../helpers/english-of';
import { slashed } from '../../../helpers/platform';
import { cli, lines } from '../../cli/harness';

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

const withoutDrive = (file: string): string => file.replace(/^[A-Z]:/, '');

describe('pythonPlaces', () => {
  it('looks into active environments, the folder and PATH, in this order', () => {
    const places = pythonPlaces('/work', { VIRTUAL_ENV: '/v', CONDA_PREFIX: '/c' }, 'linux');
    expect(places.map(({ executable }) => slashed(executable)).map(withoutDrive)).toEqual([
      '/v/bin/python',
      '/c/bin/python',
      '/work/.venv/bin/python',
      '/work/venv/bin/python',
      '/work/env/bin/python',
    ]);
    expect(places.filter(({ isInFolder }) => isInFolder)).toHaveLength(3);
  });
  it.skipIf(process.platform === 'win32')(
    'takes from PATH what has a full path, and nothing of the folder',
    () => {
      for (const name of ['python3', 'python']) fakePython(name, '');
      const bin = path.join(dir, 'python', 'bin');
      const places = pythonPlaces(dir, { PATH: `.::bin:${bin}` }, 'linux');
      const onPath = places.filter(({ found }) => found === 'PATH');
      expect(onPath.map(({ executable }) => executable)).toEqual([path.join(bin, 'python')]);
      expect(
        pythonPlaces(dir, { PATH: '.:bin', VIRTUAL_ENV: 'here' }, 'linux').every((p) => p.isInFolder),
      ).toBe(true);
    },
  );
  it('knows where Windows keeps them', () => {
    const places = pythonPlaces('/work', { VIRTUAL_ENV: '/v', CONDA_PREFIX: '/c' }, 'win32');
    expect(places.slice(0, 2).map(({ executable }) => slashed(executable))).toEqual([
      '/v/Scripts/python.exe',
      '/c/python.exe',
    ]);
  });
  it('asks the launcher of Windows, and not the alias of its Store', () => {
    const bin = path.join(dir, 'windows');
    mkdirSync(bin);
    for (const name of ['py.exe', 'python.exe', 'python3.exe']) writeFileSync(path.join(bin, name), '');
    const places = pythonPlaces('/work', { PATH: bin }, 'win32');
    const onPath = places.filter(({ found }) => found === 'PATH');
    expect(onPath.map(({ executable }) => path.basename(executable))).toEqual(['py.exe', 'python.exe']);
  });
});

const packageOf = (folder: string, text: string): void => {
  const place = path.join(folder, 'pitwall_ultralytics');
  mkdirSync(place, { recursive: true });
  for (const name of ['__init__.py', 'exporter.py']) writeFileSync(path.join(place, name), text);
};

describe.skipIf(process.platform === 'win32')('a Python program of ours', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('imports nothing from the folder it is started in, nor through relative entries of PYTHONPATH', () => {
    const folder = path.join(dir, 'hostile');
    packageOf(folder, 'print("hostile")');
    packageOf(path.join(dir, 'own'), 'import json, pathlib; print("ours")');
    for (const name of ['json', 'pathlib', 'runpy', 'sitecustomize'])
      writeFileSync(path.join(folder, `${name}.py`), 'print("hostile")');
    for (const inherited of ['', '.', ':', `.:${path.join(dir, 'none')}::`]) {
      vi.stubEnv('PYTHONPATH', inherited);
      const env = { ...process.env, ...pythonEnvironment(path.join(dir, 'own')) };
      const args = moduleArguments('pitwall_ultralytics.exporter');
      const out = execFileSync('python3', [...args], { cwd: folder, env, encoding: 'utf8' });
      expect(new Set(out.trim().split('\n')), inherited).toEqual(new Set(['ours']));
    }
  });
});

describe.skipIf(process.platform === 'win32')('probePythons', () => {
  it('tells versions, leaves out absent ones and tells an environment once', async () => {
    const a = fakePython('a', answers('/env', { torch: '2.13.0+cpu' }));
    const again = fakePython('again', answers('/env', {}));
    const reports = await probePythons([a, { executable: path.join(dir, 'none'), found: 'none' }, again]);
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
  it('says so if a program is not an interpreter', async () => {
    const broken = fakePython('broken', 'process.exit(9)');
    const [{ executable, found, problem }, ...others] = await probePythons([broken]);
    expect([executable, found, others]).toEqual([broken.executable, 'broken', []]);
    expect(englishOf(problem)).toBe('could not list its packages');
  });
});

describe.skipIf(process.platform === 'win32')('a model that needs the package clip', () => {
  const train = (packages: object, model: string) => {
    const { executable } = fakePython(
      model,
      answers(`/${model}`, { torch: '2', ultralytics: '8', ...packages }),
    );
    writeFileSync(
      path.join(dir, 'a.train.yaml'),
      `trainer: ultralytics\nmodel: ${model}\ndata: coco8.yaml\nepochs: 1\n`,
    );
    return cli(['train', 'a.train.yaml', '--runs', 'no/such'], dir, { PITWALL_PYTHON: executable });
  };

  it.each(['yolov8s-worldv2.yaml', 'yoloe-11s.yaml', 'yoloe-11s-seg.pt'])(
    'is refused in one line that says how to get it: %s',
    async (model) => {
      const { code, out, err } = await train({ clip: null }, model);
      expect([code, out, lines(err).length]).toEqual([2, '', 1]);
      expect(err).toContain(`a.train.yaml:2:8: model: ${model} turns names of classes into vectors`);
      expect(err).toContain('-m pip install git+https://github.com/ultralytics/CLIP.git');
    },
  );
  it('is not refused if it is there, nor is another model', async () => {
    const found = { kind: 'found', executable: '/p', packages: { clip: 'installed' } } as const;
    expect(lackingTextModel('yoloe-11s.yaml', found)).toBeUndefined();
    expect(lackingTextModel('worlds/yolo11n.pt', { ...found, packages: { clip: null } })).toBeUndefined();
  });
});

describe.skipIf(process.platform === 'win32')('a Python program that stays warm', () => {
  it('is left at the priority of its run: it lowers itself by ten levels, and twice would starve it', async () => {
    const packages = { ultralytics: '8', torch: '2', cuda: false, gpus: 0, onnx: true };
    const { executable } = fakePython(
      'warm',
      `const say = (message) => console.log(JSON.stringify(message));
say({ kind: 'hello', version: 1 });
say({ kind: 'event', name: 'ready', value: ${JSON.stringify(packages)} });
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id } = JSON.parse(line);
  if (id !== undefined) say({ kind: 'result', id, value: { priority: require('node:os').getPriority(), seconds: 0 } });
});`,
    );
    const warm = startLineProcess({
      python: executable,
      module: 'own_val',
      installDir: dir,
      env: process.env,
    });
    try {
      await warm.ready;
      expect(await warm.ask({})).toMatchObject({ priority: getPriority() });
    } finally {
      await warm.stop();
    }
  });
});
