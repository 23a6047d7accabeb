import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { decodeDetections } from '../../src/run/detections-file';
import { readRunSync } from '../../src/run/folder/read';
import { runCliProcess, spawnCli } from '../helpers/cli';
import {
  eventsOf,
  python,
  until,
  useWorkshop,
  validationsOf,
  writeExperiment,
  writeTinyModel,
} from './helpers';

const workshop = useWorkshop({ train: 320, val: 48 });

const OWN_VAL = `
import json, sys
from ultralytics import YOLO
r = YOLO(sys.argv[1]).val(data=sys.argv[2], imgsz=int(sys.argv[3]), batch=16, rect=True, single_cls=True, save_json=sys.argv[5] == "json", device="cpu", plots=False, workers=0, verbose=False, project=sys.argv[4], name="val", exist_ok=True)
print("RESULT" + json.dumps({"map": float(r.box.map), "map50": float(r.box.map50), "p": float(r.box.mp), "r": float(r.box.mr)}))
`;

type OwnNumbers = { map: number; map50: number; p: number; r: number };

function ownVal(model: string, imgsz: number, writesJson = false): OwnNumbers {
  const out = execFileSync(
    python,
    [
      '-c',
      OWN_VAL,
      model,
      path.join(workshop.dir, 'data.yaml'),
      String(imgsz),
      workshop.dir,
      writesJson ? 'json' : '',
    ],
    {
      encoding: 'utf8',
      cwd: workshop.dir,
      env: { ...process.env, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return JSON.parse(/RESULT(\{.*\})/.exec(out)?.[1] ?? 'null');
}

type WrittenBox = { image_id: string | number; bbox: [number, number, number, number]; score: number };

const boxesOf = (file: string): WrittenBox[] => JSON.parse(readFileSync(file, 'utf8'));

const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

/** One class, a small net, an update at each step: what learns the example in a minute on two cores. */
const LEARNS = {
  imgsz: 128,
  batch: 16,
  nbs: 16,
  optimizer: 'AdamW',
  lr0: 0.01,
  warmup_bias_lr: 0,
  warmup_epochs: 1,
  single_cls: true,
  translate: 0,
  scale: 0,
};

describe('a real run, validated off its loop', () => {
  it('every .pt becomes ONNX and is validated; mAP agrees with the library for the same weights', async () => {
    const keys = { ...LEARNS, model: writeTinyModel(workshop), epochs: 12 };
    const validation = { backlog: 'latest', device: 'cpu', batch: 16 };
    const file = writeExperiment(workshop, 'real', { ...keys, validation });
    const { code, out } = await runCliProcess(['train', file, '--name', 'real', '--json'], workshop.dir);
    expect(code).toBe(0);
    const dir = workshop.runDir('real');
    expect(eventsOf(dir, 'checkpoint').map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const last = validationsOf(dir).findLast(({ type }) => type === 'validation');
    expect(last).toMatchObject({ epoch: 12, device: 'cpu' });
    const own = ownVal(path.join(dir, 'checkpoints/epoch-0012/model.pt'), 128);
    console.log(`Pitwall ${last?.map} ${last?.map50}, Ultralytics ${own.map} ${own.map50}`);
    expect(own.map).toBeGreaterThan(0.05);
    expect(Math.abs(Number(last?.map) - own.map)).toBeLessThanOrEqual(0.001);
    expect(Math.abs(Number(last?.map50) - own.map50)).toBeLessThanOrEqual(0.001);
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'result',
      state: 'completed',
    });
    // The library's own validation did not run in the loop: nothing requested it.
    expect(eventsOf(dir, 'epoch').every(({ metrics }) => metrics === undefined)).toBe(true);
  });

  it('--save-json writes the boxes that the library writes, clipped to their image', async () => {
    const dir = path.join(workshop.runDir('real'), 'checkpoints/epoch-0012');
    ownVal(path.join(dir, 'model.pt'), 128, true);
    const theirs = boxesOf(path.join(workshop.dir, 'val/predictions.json'));
    const mine = path.join(workshop.dir, 'mine.json');
    const argv = ['--data', 'data.yaml', '--imgsz', '128', '--device', 'cpu', '--save-json', mine];
    const { code } = await runCliProcess(['validate', path.join(dir, 'model.onnx'), ...argv], workshop.dir);
    expect(code).toBe(0);
    const ours = boxesOf(mine);
    expect(ours.length).toBeGreaterThan(50);
    const outside = (boxes: typeof ours): number => boxes.filter(({ bbox: [x, y] }) => x < 0 || y < 0).length;
    expect([outside(ours), outside(theirs)]).toEqual([0, 0]);
    // At the border, or not: the sure ones are the same to a twentieth of a pixel.
    const sure = theirs.filter(({ score }) => score > 0.1);
    const missing = sure.filter(
      (one) => !ours.some((own) => own.image_id === one.image_id && farthest(own.bbox, one.bbox) < 0.05),
    );
    expect(missing.length).toBeLessThanOrEqual(sure.length / 50);
  });

  it("with engine: ultralytics the library's own val validates, in a process that never trains", async () => {
    const start = path.join(workshop.runDir('real'), 'checkpoints/epoch-0012/model.pt');
    const keys = { ...LEARNS, model: start, epochs: 2, lr0: 0.001, warmup_epochs: 0 };
    const validation = { engine: 'ultralytics', backlog: 'all', device: 'cpu', batch: 16 };
    const file = writeExperiment(workshop, 'own', { ...keys, validation });
    const { done } = spawnCli(['train', file, '--name', 'own'], workshop.dir);
    const dir = workshop.runDir('own');
    const rolesSeen = new Set<string>();
    await until('the own validation was seen', () => {
      if (!existsSync(path.join(dir, 'run.json'))) return false;
      for (const { role } of processesOfRun(readRunSync(dir).id)) rolesSeen.add(role);
      return rolesSeen.has('own-val');
    });
    expect((await done).code).toBe(0);
    expect(rolesSeen.has('exporter')).toBe(false);
    const validations = validationsOf(dir).filter(({ type }) => type === 'validation');
    expect(validations.map(({ epoch, engine }) => [epoch, engine])).toEqual([
      [1, 'ultralytics'],
      [2, 'ultralytics'],
    ]);
    const last = validations[1] as unknown as {
      map: number;
      images: number;
      det: string;
      perClass: { ap: number }[];
    };
    const own = ownVal(path.join(dir, 'checkpoints/epoch-0002/model.pt'), 128);
    expect(last.map).toBeCloseTo(own.map, 6);
    expect(last.images).toBe(48);
    // Its detections are ours as well: classes, COCO's numbers and the comparison of checkpoints come from them.
    expect(Math.abs(last.perClass[0].ap - own.map)).toBeLessThanOrEqual(0.001);
    const found = decodeDetections(readFileSync(path.join(dir, last.det)));
    expect(found?.header.images).toBe(48);
    expect(existsSync(path.join(dir, 'checkpoints/epoch-0002/model.onnx'))).toBe(false);
    const kinds = validationsOf(dir).map(({ type }) => type);
    expect(kinds).toContain('compared');
  });

  it.each(['exporter', 'validator', 'own-val'])(
    'kill -9 of the %s is mended, training goes on',
    async (role) => {
      const name = `killed-${role}`;
      const engine = role === 'own-val' ? 'ultralytics' : 'onnx';
      const model = writeTinyModel(workshop);
      const validation = { engine, backlog: 'all', device: 'cpu', batch: 16 };
      const file = writeExperiment(workshop, name, { model, imgsz: 64, epochs: 4, validation });
      const { done } = spawnCli(['train', file, '--name', name], workshop.dir);
      const dir = workshop.runDir(name);
      await until('the first validation', () => validationsOf(dir).length > 0);
      const victim = processesOfRun(readRunSync(dir).id).find((p) => p.role === role);
      // The run may have been quicker than this poll; then there is nothing to kill, and nothing to repair.
      if (victim) process.kill(victim.pid, 'SIGKILL');
      expect((await done).code).toBe(0);
      const validated = validationsOf(dir).filter(({ type }) => type === 'validation');
      expect(validated.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
      expect(victim).toBeDefined();
    },
  );

  it('with val: true the library validates in its loop as well, and its numbers come with the epoch', async () => {
    const model = writeTinyModel(workshop);
    const file = writeExperiment(workshop, 'inloop', { model, epochs: 1, val: true });
    expect((await runCliProcess(['train', file, '--name', 'inloop'], workshop.dir)).code).toBe(0);
    const [epoch] = eventsOf(workshop.runDir('inloop'), 'epoch');
    expect(Object.keys(epoch.metrics ?? {})).toContain('metrics/mAP50-95(B)');
  });

  it('validation.in_loop thins it: only those epochs have numbers of the library, the last one always', async () => {
    const model = writeTinyModel(workshop);
    const validation = { in_loop: 2, device: 'cpu', batch: 16 };
    const file = writeExperiment(workshop, 'thinned', { model, epochs: 5, fraction: 0.2, validation });
    expect((await runCliProcess(['train', file, '--name', 'thinned'], workshop.dir)).code).toBe(0);
    const epochs = eventsOf(workshop.runDir('thinned'), 'epoch');
    expect(epochs.map(({ metrics }) => metrics !== undefined)).toEqual([false, true, false, true, true]);
  });

  it('tells settings that the library changed or ignored', async () => {
    const model = writeTinyModel(workshop);
    const keys = { model, epochs: 1, optimizer: 'auto', lr0: 0.5, imgsz: 100, fraction: 0.1 };
    const file = writeExperiment(workshop, 'settings', { ...keys, validation: false });
    expect((await runCliProcess(['train', file, '--name', 'settings'], workshop.dir)).code).toBe(0);
    const settings = eventsOf(workshop.runDir('settings'), 'plan')[0].settings;
    const row = (wanted: string) => settings.find(({ key }) => key === wanted);
    expect(row('lr0')).toMatchObject({ requested: 0.5, effective: expect.any(Number) });
    expect(row('optimizer')).toMatchObject({ requested: 'auto', effective: 'AdamW' });
    expect(settings.filter(({ key }) => key === 'optimizer')).toHaveLength(1);
    expect(row('imgsz')).toMatchObject({ requested: 100, effective: 128 });
    const warned = eventsOf(workshop.runDir('settings'), 'log').map(({ message }) => message);
    expect(warned.some((message) => /imgsz/.test(message))).toBe(true);
  });
});
