import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { countForPlan } from '../../../../src/engine/planning/count-for-plan';
import { checkBeforeRun } from '../../../../src/engine/preflight';
import { writeTinyDataset } from '../../../helpers/tiny-dataset';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-preflight-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** None of these data sets has an image that can be read. */
const unread = { size: async () => undefined, thumbnail: async () => undefined };

/** Everything that prevents a run with the library. */
async function refused(keys = '', data = path.join(dir, 'data.yaml')): Promise<string[]> {
  const text = `trainer: ultralytics\nmodel: yolov8n.yaml\ndata: data.yaml\n${keys}`;
  const { draft } = parseExperiment(text, { file: 'a.train.yaml' });
  const source = { experiment: { ...draft, data }, text, file: 'a.train.yaml', folder: dir };
  const { problems } = await checkBeforeRun(source, unread);
  const errors = problems.filter(({ severity }) => severity === 'error');
  return errors.map(({ file, key, message }) => `${file}: ${key}: ${message}`);
}

const yaml = (text: string): void => writeFileSync(path.join(dir, 'data.yaml'), text);

describe('before a run with Ultralytics', () => {
  it('a sound data set is not an obstacle, nor is one that is not on disk: the library may know it by name', async () => {
    writeTinyDataset(dir);
    expect(await refused()).toEqual([]);
    expect(await refused('', path.join(dir, 'coco8.yaml'))).toEqual([]);
  });

  it('a class that there is not would make every validation fail: the label file is named', async () => {
    writeTinyDataset(dir, { label: '7 0.5 0.5 0.2 0.2' });
    const [first] = await refused();
    expect(first).toContain(path.join('labels', 'val'));
    expect(await refused('single_cls: false\nvalidation: false')).toEqual([]);
  });

  it('no val, too few names and no images are reported at once', async () => {
    writeTinyDataset(dir);
    yaml('train: images/train\nnames: [a, b]\n');
    expect((await refused()).join()).toMatch(/data.yaml: .*val/);
    yaml('train: images/train\nval: images/val\nnc: 3\nnames: [a, b]\n');
    expect((await refused()).join()).toMatch(/nc/);
    yaml('train: images/none\nval: images/val\nnames: [a, b]\n');
    expect((await refused()).join()).toMatch(/images[\\/]none/);
  });

  it('the plan counts images all the same', async () => {
    writeTinyDataset(dir, { train: 8 });
    const file = path.join(dir, 'data.yaml');
    yaml('train: images/train\nnames: [a, b]\n');
    expect(await countForPlan(file, 'ultralytics')).toEqual({ images: 8, classes: 2 });
    yaml('train: images/train\nval: images/val\nnc: 3\nnames: [a, b]\n');
    expect(await countForPlan(file, 'ultralytics')).toMatchObject({ images: 8, valImages: 4 });
  });

  it('a classification set is a folder, and only that task takes one', async () => {
    for (const split of ['train', 'val'])
      for (const name of ['a', 'b']) {
        mkdirSync(path.join(dir, 'set', split, name), { recursive: true });
        writeFileSync(path.join(dir, 'set', split, name, '0.png'), '');
      }
    const set = path.join(dir, 'set');
    expect(await refused('task: classify', set)).toEqual([]);
    expect((await refused('', set)).join()).toMatch(/is a folder: the task detect needs a dataset YAML/);
    mkdirSync(path.join(set, 'val', 'c'));
    expect((await refused('task: classify', set)).join()).toMatch(/classes that train does not have: c/);
  });

  it('a task that cannot be judged beside training is refused, unless the library judges it in its loop', async () => {
    writeTinyDataset(dir);
    expect((await refused('task: depth')).join()).toMatch(/task depth cannot be validated beside training/);
    expect(await refused('task: depth\nvalidation: false')).toEqual([]);
  });
});
