import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { zCocoStats } from '../../../src/run/validation';
import { writeJudgedRun } from '../../helpers/judged-run';
import { TINY_CONFIG, writeTinyDataset } from '../../helpers/tiny-dataset';
import { cli, lines } from './harness';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-commands-'));
  writeTinyDataset(dir);
  writeFileSync(path.join(dir, 'a.train.yaml'), TINY_CONFIG);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('schedule', () => {
  const zSchedule = z.object({
    stepsPerEpoch: z.number(),
    steps: z.number(),
    warmupSteps: z.number(),
    groups: z.array(z.object({ name: z.string(), lr: z.array(z.number()) })),
    momentum: z.array(z.number()),
    advice: z.array(
      z.object({ rule: z.string(), severity: z.enum(['info', 'warning', 'error']), message: z.string() }),
    ),
  });

  it('counts the images on disk and gives the LR of every step and group', async () => {
    const { code, out, err } = await cli(['schedule', 'a.train.yaml', '--json'], dir);
    expect([code, err]).toEqual([0, '']);
    const report = zSchedule.parse(JSON.parse(out));
    expect(report).toMatchObject({ stepsPerEpoch: 2, steps: 6, warmupSteps: 2 });
    expect(report.groups.map(({ name }) => name)).toEqual(['weights', 'norm', 'bias']);
    for (const { lr } of report.groups) expect(lr).toHaveLength(6);
    expect(report.momentum).toHaveLength(6);
  });
  it('takes --set and --images instead', async () => {
    const argv = ['schedule', 'a.train.yaml', '--images', '100', '--set', 'epochs=10', '--json'];
    expect(JSON.parse((await cli(argv, dir)).out)).toMatchObject({ stepsPerEpoch: 25, steps: 250 });
  });
  it('says what it assumes if the dataset is missing', async () => {
    const { code, out, err } = await cli(
      ['schedule', 'a.train.yaml', '--set', 'data=gone.yaml', '--json'],
      dir,
    );
    expect(code).toBe(0);
    expect(err).toMatch(
      /^warning: .*gone\.yaml: .*does not exist, did you mean data\.yaml\?; 118,287 images \(COCO\) are assumed, --images N says better$/m,
    );
    expect(JSON.parse(out).stepsPerEpoch).toBe(Math.ceil(118_287 / 4));
  });
  it('says whose counts these are if a known set is not on this disk', async () => {
    const set = ['data=coco8.yaml', 'trainer=ultralytics', 'model=yolov8n.pt'].flatMap((s) => ['--set', s]);
    const argv = ['schedule', 'a.train.yaml', ...set, '--ultralytics', '8.4.190', '--json'];
    const { code, out, err } = await cli(argv, dir);
    expect([code, JSON.parse(out)]).toMatchObject([0, { stepsPerEpoch: 1, published: 'coco8' }]);
    expect(err).toMatch(/^note: the images are not on this disk: coco8 has 4, says Ultralytics 8\.4\.190$/m);
    expect(err).not.toContain('assumed');
  });
  it('warns of what train would change, at its place', async () => {
    const { code, err } = await cli(['schedule', 'a.train.yaml', '--set', 'batch=64'], dir);
    expect(code).toBe(0);
    expect(err).toContain('warning: --set: batch: batch 64 is larger than the training set of 8 images');
  });
  it('draws the curve as text', async () => {
    const { out } = await cli(['schedule', 'a.train.yaml'], dir);
    expect(lines(out)[0]).toBe('2 steps per epoch, 6 steps, warm-up 2 steps (33.3 %)');
    expect(out).toContain('┤');
  });
  it('refuses with one line to write more steps than one line of JSON can hold', async () => {
    const argv = ['schedule', 'a.train.yaml', '--images', '1000000', '--set', 'epochs=1000', '--json'];
    const { code, out, err } = await cli(argv, dir);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/--json writes every step, and [\d,]+ are too many: expected at most 2,500,000/);
  });

  it('follows the rule of the Ultralytics that is named', async () => {
    const argv = ['schedule', 'a.train.yaml', '--set', 'trainer=ultralytics', '--set', 'model=yolov8n.pt'];
    const warmup = async (version: string): Promise<unknown> => {
      const set = [
        '--set',
        'optimizer=SGD',
        '--set',
        'warmup_epochs=1',
        '--set',
        'epochs=20',
        '--images',
        '160',
        '--set',
        'batch=16',
      ];
      const { out } = await cli([...argv, ...set, '--ultralytics', version, '--json'], dir);
      return JSON.parse(out).warmupSteps;
    };
    expect([await warmup('8.4.102'), await warmup('8.4.103')]).toEqual([100, 10]);
  });

  it('draws the curve into a file', async () => {
    const { code, out } = await cli(['schedule', 'a.train.yaml', '--svg', 'lr.svg'], dir);
    expect([code, out]).toEqual([0, '']);
    expect(readFileSync(path.join(dir, 'lr.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
  });
});

describe('evaluate', () => {
  const box = { image_id: 1, category_id: 1, bbox: [10, 10, 20, 20] };
  beforeAll(() => {
    const gt = {
      images: [{ id: 1 }],
      categories: [{ id: 1 }],
      annotations: [{ id: 1, area: 400, iscrowd: 0, ...box }],
    };
    writeFileSync(path.join(dir, 'gt.json'), JSON.stringify(gt));
    writeFileSync(path.join(dir, 'dt.json'), JSON.stringify([{ ...box, score: 0.9 }]));
  });
  it('gives the 12 numbers as JSON', async () => {
    const { code, out } = await cli(['evaluate', 'gt.json', 'dt.json', '--json'], dir);
    expect(code).toBe(0);
    const report = z.object({ stats: zCocoStats, seconds: z.number() }).parse(JSON.parse(out));
    expect(report.stats.AP).toBeCloseTo(1, 12);
    expect(report.stats.APl).toBe(-1);
  });
  it('prints a line for each', async () => {
    const { out } = await cli(['evaluate', 'gt.json', 'dt.json'], dir);
    expect(lines(out)).toHaveLength(13);
    expect(lines(out)[0]).toMatch(/^AP .* = 1\.000$/);
  });
});

describe('compare', () => {
  const writeRun = (name: string, shift: number, fingerprint = 'same'): void => {
    writeJudgedRun(path.join(dir, 'runs'), { name, shift, fingerprint });
  };
  beforeAll(() => {
    writeRun('worse', 2);
    writeRun('better', 0.5);
    writeRun('other', 0, 'another');
  });

  it('tells the difference, its interval and how sure it is', async () => {
    const { code, out } = await cli(['compare', 'worse', 'better@2', '--json'], dir);
    expect(code).toBe(0);
    const zSide = z.object({ run: z.string(), epoch: z.literal(2), map: z.number() });
    const zNumbers = z.object({
      map: z.number(),
      low: z.number(),
      high: z.number(),
      probabilityBetter: z.number(),
    });
    const { a, b, difference } = z
      .object({ a: zSide, b: zSide, difference: zNumbers })
      .parse(JSON.parse(out));
    expect(difference.map).toBeCloseTo(b.map - a.map, 12);
    expect(difference.low).toBeGreaterThan(0);
    expect(difference.probabilityBetter).toBeGreaterThan(0.99);
  });
  it('says it in words', async () => {
    const { out } = await cli(['compare', 'worse', 'better'], dir);
    expect(out).toContain('B is better in >99 % of draws');
    expect(out).toContain("on images like these B's boxes are better by +");
    expect(out).toContain('judged by 1000 draws of 20 val images');
    expect(out).toContain("whether B's recipe is better is not known from one run each");
    const same = await cli(['compare', 'worse', 'worse'], dir);
    expect(same.out).toContain('A and B are one and the same checkpoint');
    expect(same.out).not.toContain('50 %');
  });
  it('refuses another val set', async () => {
    const { code, err } = await cli(['compare', 'worse', 'other'], dir);
    expect(code).toBe(2);
    expect(err).toBe(
      'worse (A), other (B): the val sets differ: 20 images for A, 20 for B; 20 of A are not in B, 20 of B are not in A\n',
    );
  });
  it('refuses an epoch whose detections are gone, with those that are kept', async () => {
    const { code, err } = await cli(['compare', 'worse@1', 'better'], dir);
    expect(code).toBe(2);
    expect(err).toBe('worse@1: no detections of epoch 1; kept are 2\n');
  });
});

describe('init', () => {
  it('refuses a folder that holds another dataset, and leaves it as it is', async () => {
    const before = readFileSync(path.join(dir, 'data.yaml'), 'utf8');
    const { code, err } = await cli(['init', '.'], dir);
    expect(code).toBe(2);
    expect(lines(err)).toHaveLength(1);
    expect(readFileSync(path.join(dir, 'data.yaml'), 'utf8')).toBe(before);
    expect(existsSync(path.join(dir, 'pcb.train.yaml'))).toBe(false);
  });
});
