// cspell:ignore bbaebadb
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/base/problem';
import { createRandom } from '../../../src/base/random';
import { greyThumbnail, imageSize } from '../../../src/dataset/decode/decode';
import { encodePng } from '../../../src/dataset/example/png';
import { writeExample } from '../../../src/dataset/example/write-example';
import { withAbsolutePath } from '../../../src/dataset/hand-over';
import { loadSplit } from '../../../src/dataset/split';
import { convertLabels } from '../../../src/dataset/survey/convert';
import { findingsOf } from '../../../src/dataset/survey/findings';
import { cocoFilesNear } from '../../../src/dataset/survey/foreign-labels';
import { surveyDataset } from '../../../src/dataset/survey/survey';
import { parseExperiment } from '../../../src/domain/experiment/parse';
import { checkBeforeRun } from '../../../src/engine/preflight';
import { canLink, ignoresCase } from '../../helpers/platform';
import { describeWithShared, shared } from '../../helpers/shared';

/** As the process of the hosts answers, without a process. */
const reader = { size: imageSize, thumbnail: greyThumbnail };

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Squares in shades that a seed chooses. */
function picture(seed: number, width = 160, height = 120): Buffer {
  const random = createRandom(seed);
  const shades = Array.from({ length: 48 }, () => random.below(256));
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.fill(shades[8 * Math.floor((6 * y) / height) + Math.floor((8 * x) / width)], 3 * i, 3 * i + 3);
  }
  return encodePng({ width, height, data });
}

const YAML = 'train: images/train\nval: images/val\nnames: [crack, dent]\n';
const BOX = '0 0.5 0.5 0.5 0.5\n';

function dataset(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-survey-'));
  folders.push(folder);
  for (const [name, content] of Object.entries({ 'data.yaml': YAML, ...files })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return path.join(folder, 'data.yaml');
}

const LABELLED = {
  'images/train/a.png': picture(1),
  'labels/train/a.txt': `${BOX}1 0.5 0.5 0.2 0.2\n`,
  'images/val/b.png': picture(2),
  'labels/val/b.txt': `${BOX}1 0.5 0.5 0.2 0.2\n`,
};

async function findings(yaml: string, imgsz = 160): Promise<string[]> {
  const survey = await surveyDataset(yaml, { imgsz, splits: ['train', 'val'], mostDecoded: 1000, reader });
  const all = [...survey.problems, ...findingsOf(survey, { file: 'data.yaml', imgsz })];
  const folder = path.dirname(yaml);
  return all.map((p) => `${p.severity}: ${formatProblem(p)}`.replaceAll(folder, '.').replaceAll('\\', '/'));
}

const VOC = `<annotation><filename>a.png</filename><object><name>crack</name><part><name>tip</name>
<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>
<bndbox><xmin>40</xmin><ymin>30</ymin><xmax>120</xmax><ymax>90</ymax></bndbox></object></annotation>`;
const coco = (name: string): string =>
  JSON.stringify({
    images: [{ id: 7, file_name: 'sub/a.png' }],
    annotations: [{ id: 1, image_id: 7, category_id: 3, bbox: [40, 30, 80, 60] }],
    categories: [{ id: 3, name }],
  });
const UNLABELLED = {
  'images/train/a.png': picture(1),
  'images/val/b.png': picture(2),
  'labels/val/b.txt': BOX,
};

it.runIf(canLink)('a COCO file is found once if annotations and Annotations are one folder', async () => {
  const root = path.dirname(dataset({ ...UNLABELLED, 'annotations/train.json': coco('crack') }));
  if (!ignoresCase) symlinkSync('annotations', path.join(root, 'Annotations'));
  const found = await cocoFilesNear(path.join(root, 'images/train/a.png'));
  expect(found).toEqual([path.join(root, 'annotations/train.json')]);
});

describe('a survey', () => {
  it('has nothing to say of a sound dataset', async () => {
    expect(await findings(dataset(LABELLED))).toEqual([]);
  });

  it('says that no image has a label, and where it looked', async () => {
    // A report of some program beside the images is not COCO.
    const [first] = await findings(dataset({ ...UNLABELLED, 'report.json': '{"images": 128, "map": 0.5}' }));
    expect(first).toBe(
      'error: data.yaml: train: none of the 1 images has a label file (looked for ./labels/train/a.txt); a detector learns nothing from images without labels',
    );
  });

  it('says what was found instead of labels, and the command that converts it', async () => {
    const check = async (files: Record<string, string>, what: string) =>
      expect((await findings(dataset({ ...UNLABELLED, ...files })))[0]).toContain(
        `labels were found in another format (${what}): pitwall data data.yaml --convert writes them`,
      );
    await check({ 'images/train/a.xml': VOC }, 'Pascal VOC, e.g. ./images/train/a.xml');
    await check(
      { 'Annotations/a.xml': VOC },
      `Pascal VOC, e.g. ./${ignoresCase ? 'annotations' : 'Annotations'}/a.xml`,
    );
    await check({ 'annotations/train.json': coco('crack') }, 'COCO JSON, ./annotations/train.json');
    await check(
      { 'images/train/_annotations.coco.json': coco('crack') },
      'COCO JSON, ./images/train/_annotations.coco.json',
    );
  });

  it('counts images without labels, classes without instances, boxes out of the image and boxes too small', async () => {
    const yaml = dataset({
      ...LABELLED,
      'images/train/c.png': picture(3),
      'images/train/d.png': picture(4),
      'labels/train/d.txt': '0 0.95 0.5 0.2 0.2\n0 0.5 0.5 0.01 0.01\n',
      'labels/val/b.txt': BOX,
    });
    expect(await findings(yaml, 160)).toEqual([
      'info: data.yaml: train: 1 of 3 images (33.3 %) have no label file and count as background: c.png',
      'warning: data.yaml: train: 1 of 4 boxes reach out of their image, e.g. in ./images/train/d.png',
      'warning: data.yaml: train: 1 of 4 boxes are under 2 pixels at imgsz 160: nothing can be learnt from them',
      'info: data.yaml: val: 1 of 2 classes have no instance: dent',
    ]);
  });

  it('finds the same image in train and val, and one that was only saved again', async () => {
    const smaller = await sharp(picture(1)).resize(80).jpeg({ quality: 60 }).toBuffer();
    const yaml = dataset({
      ...LABELLED,
      'images/val/copy.png': picture(1),
      'labels/val/copy.txt': BOX,
      'images/val/again.jpg': smaller,
      'labels/val/again.txt': BOX,
    });
    expect(await findings(yaml)).toEqual([
      'warning: data.yaml: val: 1 image of val is in train as well, e.g. ./images/val/copy.png and ./images/train/a.png: mAP is better on what was trained on',
      'warning: data.yaml: val: 1 image of val is nearly the same as one of train, e.g. ./images/val/again.jpg and ./images/train/a.png: mAP is better on what was trained on',
    ]);
  });

  it('refuses text that is not UTF-8, with the encoding that it seems to be in', async () => {
    const gbk = Buffer.concat([
      Buffer.from('train: t\nval: v\nnames: ['),
      Buffer.from('bbaebadb', 'hex'),
      Buffer.from(']\n'),
    ]);
    const [problem] = (await loadSplit(dataset({ 'data.yaml': gbk }), 'val')).problems;
    expect(problem.message).toBe('is not UTF-8: it seems to be GBK (GB 18030); save it as UTF-8');
    const wide = Buffer.from('\ufefftrain: t\n', 'utf16le');
    expect((await loadSplit(dataset({ 'data.yaml': wide }), 'val')).problems[0].message).toContain('UTF-16');
    const marked = await loadSplit(dataset({ ...LABELLED, 'data.yaml': `\ufeff${YAML}` }), 'val');
    expect([marked.problems, marked.names]).toEqual([[], ['crack', 'dent']]);
    const list = dataset({
      'data.yaml': 'train: t.txt\nval: t.txt\nnames: [a]\n',
      't.txt': Buffer.from('bbae2e6a7067', 'hex'),
    });
    expect((await loadSplit(list, 'val')).problems[0].message).toMatch(/t\.txt: is not UTF-8/);
  });
});

describe('a conversion', () => {
  const convert = async (files: Record<string, string | Buffer>) => {
    const yaml = dataset({ ...UNLABELLED, ...files });
    const { unlabelled, names } = await loadSplit(yaml, 'train');
    const result = await convertLabels(unlabelled, names, reader);
    const read = () => readFileSync(path.join(path.dirname(yaml), 'labels/train/a.txt'), 'utf8');
    return { result, read, yaml };
  };

  it('writes what VOC and COCO say as YOLO labels', async () => {
    const either: readonly Record<string, string>[] = [
      { 'images/train/a.xml': VOC },
      { 'annotations/instances_train.json': coco('crack') },
    ];
    for (const files of either) {
      const { result, read, yaml } = await convert(files);
      expect(result).toEqual({ kind: 'converted', written: 1, without: 0, boxes: 1 });
      expect(read()).toBe('0 0.5 0.5 0.5 0.5\n');
      expect(await findings(yaml)).not.toContainEqual(expect.stringContaining('no label'));
    }
  });

  it('writes nothing if the dataset lacks a name, since its boxes would become background', async () => {
    const { result, read } = await convert({ 'annotations/train.json': coco('scratch') });
    expect(result).toEqual({ kind: 'unknown names', names: ['scratch'] });
    expect(read).toThrow(/ENOENT/);
  });
});

describe('before a run', () => {
  const check = async (yaml: string, trainer: string) => {
    const text = `trainer: ${trainer}\nmodel: ${trainer === 'builtin' ? 'nano' : 'yolov8n.pt'}\ndata: data.yaml\nepochs: 3\nbatch: 1\nimgsz: 160\nwarmup_epochs: 1\n`;
    const { draft } = parseExperiment(text, { file: 'a.train.yaml' });
    const source = {
      experiment: { ...draft, data: yaml },
      text,
      file: 'a.train.yaml',
      folder: path.dirname(yaml),
    };
    return (await checkBeforeRun(source, reader)).problems.map((p) => `${p.severity}: ${p.message}`);
  };

  it('a set without a single label is refused, by every trainer', async () => {
    const yaml = dataset({ ...UNLABELLED, 'images/train/a.xml': VOC });
    for (const trainer of ['builtin', 'ultralytics'])
      expect((await check(yaml, trainer))[0]).toMatch(
        /^error: none of the 1 images has a label file.*Pascal VOC/,
      );
  });

  it('what another trainer may judge differently only warns', async () => {
    const yaml = dataset({
      ...LABELLED,
      'images/train/c.png': picture(3),
      'labels/train/c.txt': '5 0.5 0.5 0.1 0.1\n',
    });
    expect((await check(yaml, 'builtin'))[0]).toMatch(/^error: class 5 is out of range/);
    expect((await check(yaml, 'ultralytics'))[0]).toMatch(/^warning: class 5 is out of range/);
  });
});

describe('a relative path', () => {
  it('is handed over as an absolute one, beside the YAML before anywhere else; what is absolute stays', async () => {
    const yaml = dataset({ ...LABELLED, 'data.yaml': `path: . # here\n${YAML}` });
    const text = await withAbsolutePath(yaml);
    expect(text).toBe(
      `path: ${path.dirname(yaml)} # here\n${YAML}`.replace('[crack, dent]', '[ crack, dent ]'),
    );
    expect(await withAbsolutePath(dataset(LABELLED))).toBeUndefined();
    const absolute = dataset({ 'data.yaml': `path: ${path.dirname(yaml)}\n${YAML}` });
    expect(await withAbsolutePath(absolute)).toBeUndefined();
    expect(await withAbsolutePath(path.join(path.dirname(yaml), 'coco8.yaml'))).toBeUndefined();
  });
});

it('the example, whose boards share their layouts, has no look-alikes', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-survey-'));
  folders.push(folder);
  await writeExample(folder);
  const splits = ['train', 'val'] as const;
  const options = { imgsz: 128, splits, mostDecoded: 1000, reader };
  const { lookAlikes } = await surveyDataset(path.join(folder, 'data.yaml'), options);
  expect(lookAlikes).toEqual({ identical: [], near: [] });
});

describeWithShared('real data', () => {
  it('has one image of the same field of view in both splits of BCCD, and none in VOC', async () => {
    const survey = (name: string) =>
      surveyDataset(shared('data', name, 'data.yaml'), {
        imgsz: 640,
        splits: ['train', 'val'],
        mostDecoded: 1000,
        reader,
      });
    const { lookAlikes } = await survey('bccd');
    expect(lookAlikes.identical).toEqual([]);
    expect(lookAlikes.near.map(({ train, val }) => [path.basename(train), path.basename(val)])).toEqual([
      ['BloodImage_00038.jpg', 'BloodImage_00037.jpg'],
    ]);
  });
});
