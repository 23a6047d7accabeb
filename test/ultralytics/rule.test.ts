import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runCliProcess } from '../helpers/cli';
import {
  eventsOf,
  keeperSaid,
  python,
  useWorkshop,
  validationsOf,
  writeExperiment,
  writeTinyModel,
} from './helpers';

const workshop = useWorkshop({ train: 96, val: 40 });

const LEARNS = {
  imgsz: 96,
  batch: 8,
  nbs: 8,
  optimizer: 'AdamW',
  lr0: 0.01,
  warmup_bias_lr: 0,
  warmup_epochs: 1,
};

/** Pitwall's numbers of each epoch. */
async function train(name: string, keys: Readonly<Record<string, unknown>>) {
  const model = writeTinyModel(workshop);
  const validation = { backlog: 'all', device: 'cpu', ...(keys.validation as object) };
  const checkpoints = { keep_last: 20 };
  const file = writeExperiment(workshop, name, {
    ...LEARNS,
    model,
    epochs: 8,
    checkpoints,
    ...keys,
    validation,
  });
  expect((await runCliProcess(['train', file, '--name', name], workshop.dir)).code).toBe(0);
  const dir = workshop.runDir(name);
  return { dir, ours: validationsOf(dir).filter(({ type }) => type === 'validation') };
}

const OWN_VAL = `
import json, sys
from pathlib import Path
from ultralytics import YOLO
for checkpoint in sorted(Path(sys.argv[1]).glob("epoch-*/model.pt")):
    options = dict(plots=False, device="cpu", workers=0, verbose=False, exist_ok=True, **json.loads(sys.argv[2]))
    box = YOLO(str(checkpoint)).val(**options).box
    print("RESULT" + json.dumps([float(v) for v in (box.map, box.map50, box.mp, box.mr)]))
`;

/**
 * The library's own numbers for each checkpoint as it is on disk. Those of its training loop are of weights in single
 * precision, which it writes in half: they may differ by a detection more or less.
 */
function ownVal(dir: string, options: Readonly<Record<string, unknown>>): number[][] {
  const all = {
    data: path.join(workshop.dir, 'data.yaml'),
    project: workshop.dir,
    imgsz: 96,
    batch: 16,
    rect: true,
  };
  const args = ['-c', OWN_VAL, path.join(dir, 'checkpoints'), JSON.stringify({ ...all, ...options })];
  const out = execFileSync(python, args, {
    encoding: 'utf8',
    cwd: workshop.dir,
    env: { ...process.env, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return [...out.matchAll(/RESULT(\[.*\])/g)].map(([, numbers]) => JSON.parse(numbers));
}

function expectEqual(
  { dir, ours }: Awaited<ReturnType<typeof train>>,
  rule: Readonly<Record<string, unknown>>,
): void {
  const own = ownVal(dir, rule);
  expect(own).toHaveLength(ours.length);
  ours.forEach(({ map, map50, precision, recall }, i) => {
    const differences = [map, map50, precision, recall].map((value, k) =>
      Math.abs(Number(value) - own[i][k]),
    );
    expect(Math.max(...differences), `epoch ${i + 1}`).toBeLessThan(0.0005);
  });
}

it('conf, iou, max_det and classes count in Pitwall as in Ultralytics', async () => {
  const rule = { classes: [0, 1, 2], conf: 0.01, iou: 0.5, max_det: 3 };
  const run = await train('rule', rule);
  expectEqual(run, rule);
  expect(Number(run.ours.at(-1)?.map50)).toBeGreaterThan(0);
  expect(run.ours.at(-1)?.rule).toMatchObject({ name: 'trainer', ...rule });
  expect(eventsOf(run.dir, 'plan')[0].validation).toMatchObject(rule);
  expect(keeperSaid(run.dir).join()).toContain('conf 0.01, iou 0.5, max_det 3, classes 0, 1, 2');
});

it('so do classes chosen before all become one', async () => {
  const rule = { classes: [1, 4], single_cls: true };
  expectEqual(await train('single', { ...rule, epochs: 4 }), rule);
});

it('validation.rule: standard keeps one rule for every run, and says what the trainer would use', async () => {
  const { dir, ours } = await train('standard', {
    conf: 0.2,
    epochs: 2,
    val: true,
    validation: { rule: 'standard' },
  });
  expect(ours.map(({ rule }) => rule)).toEqual(
    ours.map(() => expect.objectContaining({ name: 'standard', conf: 0.001 })),
  );
  // The number by its own rule is beside it, if the library validates as well.
  expect(eventsOf(dir, 'epoch').every(({ metrics }) => metrics?.['metrics/mAP50-95(B)'] !== undefined)).toBe(
    true,
  );
  expect(keeperSaid(dir).join()).toMatch(/standard rule.*the trainer itself would use conf 0.2/);
});
