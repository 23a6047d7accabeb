import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/engine/store/read-run';
import { runCliProcess, spawnCli } from '../helpers/cli';
import {
  closeWorkshop,
  eventsOf,
  openWorkshop,
  python,
  until,
  type Workshop,
  writeExperiment,
} from './helpers';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop(160, 48);
});
afterAll(() => closeWorkshop(workshop));

const OWN_VAL = `
import json, sys
from ultralytics import YOLO
r = YOLO(sys.argv[1]).val(data=sys.argv[2], imgsz=int(sys.argv[3]), batch=16, rect=False, device="cpu", plots=False, workers=0, verbose=False, project=sys.argv[4], name="val", exist_ok=True)
print("RESULT" + json.dumps({"map": float(r.box.map), "map50": float(r.box.map50), "p": float(r.box.mp), "r": float(r.box.mr)}))
`;

function ownVal(model: string, imgsz: number): { map: number; map50: number; p: number; r: number } {
  const out = execFileSync(
    python,
    ['-c', OWN_VAL, model, path.join(workshop.dir, 'data.yaml'), String(imgsz), workshop.dir],
    {
      encoding: 'utf8',
      cwd: workshop.dir,
      env: { ...process.env, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return JSON.parse(/RESULT(\{.*\})/.exec(out)?.[1] ?? 'null');
}

describe('a real run, validated off its loop', () => {
  it('every .pt becomes ONNX and is validated; mAP agrees with the library for the same weights', async () => {
    // One class and big objects: a net from scratch learns something in this little time.
    const keys = {
      epochs: 12,
      imgsz: 96,
      batch: 8,
      optimizer: 'AdamW',
      lr0: 0.002,
      warmup_bias_lr: 0,
      warmup_epochs: 1,
      single_cls: true,
      fliplr: 0.5,
      translate: 0,
      scale: 0,
    };
    const file = writeExperiment(workshop, 'real', { ...keys, validation: { backlog: 'latest' } });
    const { code, out } = await runCliProcess(['train', file, '--name', 'real', '--json'], workshop.dir);
    expect(code).toBe(0);
    const dir = workshop.runDir('real');
    expect(eventsOf(dir, 'checkpoint').map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const validations = readFileSync(path.join(dir, 'validation.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const last = validations.filter((v) => v.type === 'validation').at(-1);
    expect(last.epoch).toBe(12);
    const own = ownVal(path.join(dir, 'checkpoints/epoch-0012/model.pt'), 96);
    console.log(`Pitwall ${last.map} ${last.map50}, Ultralytics ${own.map} ${own.map50}`);
    expect(own.map).toBeGreaterThan(0);
    expect(Math.abs(last.map - own.map)).toBeLessThanOrEqual(0.001);
    expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'result',
      state: 'completed',
    });
    // The library's own validation did not run in the loop: nobody asked for it.
    expect(eventsOf(dir, 'epoch').every(({ metrics }) => metrics === undefined)).toBe(true);
  });

  it('kill -9 of the exporter is mended, training goes on', async () => {
    const file = writeExperiment(workshop, 'exporter', {
      epochs: 5,
      batch: 8,
      validation: { backlog: 'all' },
    });
    const { done } = spawnCli(['train', file, '--name', 'exporter'], workshop.dir);
    const dir = workshop.runDir('exporter');
    await until('the first validation', () => existsSync(path.join(dir, 'validation.jsonl')));
    const exporter = processesOfRun(readRunSync(dir).id).find(({ role }) => role === 'exporter');
    process.kill(exporter!.pid, 'SIGKILL');
    expect((await done).code).toBe(0);
    const kinds = readFileSync(path.join(dir, 'validation.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(kinds).toEqual(['validation', 'validation', 'validation', 'validation', 'validation']);
  });

  it('with val: true the library validates in its loop as well, and its numbers come with the epoch', async () => {
    const file = writeExperiment(workshop, 'inloop', { epochs: 1, val: true, batch: 16 });
    expect((await runCliProcess(['train', file, '--name', 'inloop'], workshop.dir)).code).toBe(0);
    const [epoch] = eventsOf(workshop.runDir('inloop'), 'epoch');
    expect(Object.keys(epoch.metrics ?? {})).toContain('metrics/mAP50-95(B)');
  });

  it('tells settings that the library changed or ignored', async () => {
    const file = writeExperiment(workshop, 'settings', {
      epochs: 1,
      optimizer: 'auto',
      lr0: 0.5,
      validation: false,
    });
    expect((await runCliProcess(['train', file, '--name', 'settings'], workshop.dir)).code).toBe(0);
    const settings = eventsOf(workshop.runDir('settings'), 'plan')[0].settings;
    expect(settings.find(({ key }) => key === 'lr0')).toMatchObject({
      requested: 0.5,
      effective: expect.any(Number),
    });
    expect(settings.find(({ key }) => key === 'optimizer')).toMatchObject({
      requested: 'auto',
      effective: 'AdamW',
    });
  });
});
