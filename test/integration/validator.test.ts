// cspell:ignore allocat
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBadInput } from '../../src/base/bad-input';
import { startValidator, type ValidatorProcess } from '../../src/engine/validator-process';
import { decodeDetections } from '../../src/run/detections-file';
import { englishOf } from '../helpers/english-of';
import { repositoryRoot } from '../helpers/shared';
import { describeWithSoftwareVulkan } from '../helpers/software-vulkan';
import { type OddModel, writeOddModel, writeTinyModel } from '../helpers/tiny-model';

const installDir = path.join(repositoryRoot, 'dist');
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-validator-'));
const at = (...parts: string[]): string => path.join(folder, ...parts);
const model = at('tiny.onnx');
const data = at('data.yaml');

async function writeImage(name: string, grey: number, label: string): Promise<void> {
  const image = sharp({
    create: { width: 128, height: 128, channels: 3, background: { r: grey, g: grey, b: grey } },
  });
  await image.png().toFile(at('images/val', `${name}.png`));
  writeFileSync(at('labels/val', `${name}.txt`), label);
}

beforeAll(async () => {
  mkdirSync(at('images/val'), { recursive: true });
  mkdirSync(at('images/empty'), { recursive: true });
  mkdirSync(at('labels/val'), { recursive: true });
  writeFileSync(data, 'train: images/val\nval: images/val\ntest: images/empty\nnames: [scratch, dent]\n');
  // The box that the model always finds: 16 pixels wide at the centre of 64.
  writeTinyModel(model, { cx: 32, cy: 32, w: 16, h: 16, class: 1 });
  for (const name of ['a', 'b', 'c']) await writeImage(name, 230, '1 0.5 0.5 0.25 0.25\n');
  await writeImage('dark', 0, '');
  writeFileSync(at('images/val/torn.png'), readFileSync(at('images/val/a.png')).subarray(0, 90));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the validator process', () => {
  let validator: ValidatorProcess;
  beforeAll(() => {
    validator = startValidator({ installDir, run: 'run-1' });
  });
  afterAll(() => validator.stop());

  async function checkBadInput(
    params: { model?: string; data?: string } & Record<string, unknown>,
    message: string,
  ) {
    const error = await validator.validate({ model, data, ...params }).catch((e: unknown) => e as Error);
    expect([(error as Error).message, isBadInput(error)]).toEqual([message, true]);
  }

  it('takes half as many images at once until they fit into memory, says so, and keeps to it', async () => {
    const hungry = at('hungry.onnx');
    writeTinyModel(hungry, { cx: 32, cy: 32, w: 16, h: 16, class: 1 }, 2);
    const params = { model: hungry, data, device: 'cpu', batch: 4 } as const;
    const { report, problems } = await validator.validate(params);
    expect(report).toMatchObject({ batch: 1, images: 4 });
    expect(englishOf(problems[0])).toMatch(/^batch 4 did not fit into the memory of cpu; 1 did \(.*allocat/i);
    expect((await validator.validate(params)).problems.map(englishOf).join()).not.toContain('did not fit');
  });

  it('judges a model: metrics, a skipped image, detections and COCO results', async () => {
    const done: number[] = [];
    const det = at('out/epoch-0001.det');
    const saveJson = at('out/results.json');
    const { report, fingerprint, problems } = await validator.validate(
      { model, data, device: 'auto', det, saveJson },
      (progress) => done.push(progress.done),
    );
    expect(report).toMatchObject({ images: 4, skipped: 1, device: 'cpu', imgsz: 64, batch: 32, half: false });
    expect(report.map).toBeCloseTo(0.995, 6);
    expect(report.coco.AP).toBe(1);
    expect(report.perClass.map((c) => [c.class, c.labels])).toEqual([[1, 3]]);
    expect(done.at(-1)).toBe(5);
    expect(problems.map(englishOf)).toEqual([expect.stringMatching(/torn\.png: .*; the image is left out$/)]);
    const file = decodeDetections(readFileSync(det));
    expect(file?.header).toMatchObject({ fingerprint, classes: ['scratch', 'dent'], images: 4 });
    expect([...(file?.detections.boxes ?? [])].slice(0, 4)).toEqual([48, 48, 80, 80]);
    const [first] = JSON.parse(readFileSync(saveJson, 'utf8')) as unknown[];
    expect(first).toMatchObject({ image_id: 'a', category_id: 2, bbox: [48, 48, 32, 32] });
  });

  it('clips boxes to the image in what it writes and for the numbers of COCO, as Ultralytics does', async () => {
    const [edge, saveJson] = [at('edge.onnx'), at('out/edge.json')];
    // From 8 pixels before the left border of 128 to 24; the label ends at the border.
    writeTinyModel(edge, { cx: 4, cy: 32, w: 16, h: 16, class: 1 });
    mkdirSync(at('edge/images/val'), { recursive: true });
    mkdirSync(at('edge/labels/val'), { recursive: true });
    writeFileSync(at('edge/data.yaml'), 'train: images/val\nval: images/val\nnames: [scratch, dent]\n');
    copyFileSync(at('images/val/a.png'), at('edge/images/val/7.png'));
    writeFileSync(at('edge/labels/val/7.txt'), '1 0.09375 0.5 0.1875 0.25\n');
    const { report } = await validator.validate({ model: edge, data: at('edge/data.yaml'), saveJson });
    const found = JSON.parse(readFileSync(saveJson, 'utf8')) as { bbox: number[] }[];
    expect(found[0]).toMatchObject({ image_id: 7, category_id: 2, bbox: [0, 48, 24, 32] });
    // Clipped it is the label; unclipped they overlap by .75, which six of ten thresholds accept.
    expect(report.coco.AP).toBeCloseTo(1, 12);
    expect(report.map).toBeCloseTo(0.6 * 0.995, 6);
  });

  it('has no mAP of a val set without a label', async () => {
    mkdirSync(at('bare/images/val'), { recursive: true });
    writeFileSync(at('bare/data.yaml'), 'train: images/val\nval: images/val\nnames: [scratch, dent]\n');
    copyFileSync(at('images/val/a.png'), at('bare/images/val/7.png'));
    const { report } = await validator.validate({ model, data: at('bare/data.yaml') });
    expect([report.map, report.map50, report.precision, report.f1]).toEqual(Array(4).fill(Number.NaN));
  });

  it('judges the next checkpoint with the same images', async () => {
    const next = at('next.onnx');
    writeTinyModel(next, { cx: 37, cy: 32, w: 16, h: 16, class: 1 });
    const { report } = await validator.validate({ model: next, data });
    // IoU 11 / 21 = .52: right at .5 only.
    expect(report.map50).toBeCloseTo(0.995, 6);
    expect(report.map).toBeCloseTo(0.1 * 0.995, 6);
  });

  it('answers several requests that came at once', async () => {
    const both = await Promise.all([
      validator.validate({ model, data, batch: 2 }),
      validator.validate({ model, data, batch: 1 }),
    ]);
    expect(both.map(({ report }) => report.batch)).toEqual([2, 1]);
    expect(both[0].report.map).toBe(both[1].report.map);
  });

  it('predicts boxes in pixels of the image, draws them, and names what it cannot read', async () => {
    const images = [at('images/val/a.png'), at('images/val/torn.png')];
    const [found, torn] = await validator.predict({ model, images, save: at('drawn') });
    expect(found).toMatchObject({ width: 128, height: 128 });
    expect(found.boxes).toEqual([
      { x1: 48, y1: 48, x2: 80, y2: 80, score: expect.closeTo(0.902, 3), class: 1, name: 'dent' },
    ]);
    expect(found.saved && existsSync(found.saved)).toBe(true);
    expect(torn.problem).toMatch(/torn\.png: /);
  });

  it('refuses bad input with one line', async () => {
    writeFileSync(at('text.onnx'), 'this is no model');
    await checkBadInput({ model: at('text.onnx') }, `${at('text.onnx')}: is not an ONNX model`);
    await checkBadInput({ model: at('none.onnx') }, `${at('none.onnx')}: model does not exist`);
    await checkBadInput({ data: at('none.yaml') }, `${at('none.yaml')}: dataset YAML does not exist`);
    await checkBadInput(
      { split: 'test' },
      `${data}: test: the test split is empty: no images in ${at('images/empty')}`,
    );
    await checkBadInput({ imgsz: 128 }, `${model}: takes images of 64x64 only, not 128`);
    await checkBadInput(
      { device: 'tpu' },
      'device "tpu" is not known: expected auto, cpu, webgpu, cuda, cuda:N, dml, dml:N or coreml',
    );
    writeFileSync(at('one.yaml'), 'train: images/val\nval: images/val\nnames: [scratch]\n');
    await checkBadInput(
      { data: at('one.yaml') },
      `${at('labels/val/a.txt')}:1:1: class 1 is out of range: the dataset has only class 0`,
    );
  });

  it('says what each device is good for', async () => {
    const [cpu, ...others] = await validator.devices();
    expect(cpu).toMatchObject({ provider: 'cpu', available: true, software: false, half: false });
    for (const other of others) expect(other.reason).not.toBe('');
  });

  it.runIf(process.platform === 'linux')('runs ten nice levels below', async () => {
    await validator.devices();
    expect(getPriority(validator.pid)).toBe(Math.min(19, getPriority() + 10));
  });
});

describe('the end of a validator', () => {
  it('fails the current request and says why', async () => {
    const validator = startValidator({ installDir });
    const request = validator.validate({ model, data }, () => undefined).catch((e: unknown) => e as Error);
    await validator.devices().catch(() => undefined);
    const pending = validator.validate({ model, data }).catch((e: unknown) => e as Error);
    process.kill(validator.pid ?? 0, 'SIGKILL');
    expect((await validator.stopped).signal).toBe('SIGKILL');
    expect(await pending).toMatchObject({ message: 'the validator was ended by SIGKILL' });
    expect(await request).toHaveProperty('report');
    await expect(validator.devices()).rejects.toThrow('ended by SIGKILL');
  });

  it('comes by itself when its channel closes', async () => {
    const validator = startValidator({ installDir });
    await validator.devices();
    const { exitCode } = await validator.stop();
    expect(exitCode).toBe(0);
  });

  it('reports that it cannot be started', async () => {
    const validator = startValidator({ installDir, nodePath: at('no-node') });
    await expect(validator.devices()).rejects.toThrow('the validator could not be started');
    await validator.stopped;
  });
});

describeWithSoftwareVulkan('WebGPU on a software GPU', ({ env }) => {
  it('gives the metrics of the CPU if it is asked for, and is never chosen by itself', async () => {
    const validator = startValidator({ installDir, env });
    const devices = await validator.devices();
    expect(devices.find((d) => d.provider === 'webgpu')).toMatchObject({
      available: true,
      software: true,
      half: false,
    });
    const asked = await validator.validate({ model, data, device: 'webgpu', half: 'on' });
    const auto = await validator.validate({ model, data });
    expect([asked.report.device, auto.report.device]).toEqual(['webgpu', 'cpu']);
    expect(asked.report.map).toBeCloseTo(auto.report.map, 6);
    expect(asked.problems.map(englishOf)).toContain('FP16 is not used: a software GPU has no FP16');
    await validator.stop();
  });
});

describe('a model that asks for too much', () => {
  async function checkRefused(odd: OddModel, expected: RegExp): Promise<void> {
    const file = at('odd.onnx');
    writeOddModel(file, odd);
    // Only what never ends waits for the deadline: a busy machine takes more than 5 s to load an honest model.
    const env: Readonly<Record<string, string>> = odd.isEndless ? { PITWALL_SESSION_SECONDS: '5' } : {};
    const validator = startValidator({ installDir, env });
    try {
      const error = await validator
        .validate({ model: file, data, device: 'cpu' })
        .catch((e: unknown) => e as Error);
      expect((error as Error).message).toMatch(expected);
      if (odd.isEndless) expect((await validator.stopped).signal).toBe('SIGKILL');
    } finally {
      await validator.stop();
    }
  }

  it('is refused for the size of its input, declared or in its metadata', async () => {
    await checkRefused(
      { side: 16_384 },
      /odd\.onnx: takes images of 16384x16384; the most is 32 million pixels$/,
    );
    await checkRefused({ imgsz: '[20000, 20000]' }, /takes images of 20000x20000; the most/);
  });

  it('is refused for the size of its output', () =>
    checkRefused(
      { side: 64, anchors: 400_000_000 },
      /gives 2400000000 numbers for an image; the most is 100 million$/,
    ));

  it('is ended if a run has no end, with its process', () =>
    checkRefused({ side: 64, anchors: 84, isEndless: true }, /gave no answer within 5 s/));
});
