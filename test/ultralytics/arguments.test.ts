import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fateOf } from '../../src/domain/experiment/argument-fate';
import { keySpec } from '../../src/domain/experiment/key-table';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { python, useWorkshop } from './helpers';

const workshop = useWorkshop({ train: 4, val: 4 });

/** Runs with the package of the runner on its path; what it prints is JSON. */
function ask<T>(script: string, input: unknown): T {
  const file = path.join(workshop.dir, 'input.json');
  writeFileSync(file, JSON.stringify(input));
  const out = execFileSync(python, ['-c', script, file], {
    encoding: 'utf8',
    cwd: workshop.dir,
    env: {
      ...process.env,
      PYTHONPATH: path.resolve(import.meta.dirname, '../../src/trainers/ultralytics'),
      YOLO_OFFLINE: 'true',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(/RESULT(.*)/.exec(out)?.[1] ?? 'null');
}

const DEFAULTS = `
import json
from ultralytics.utils import DEFAULT_CFG_DICT
print("RESULT" + json.dumps({k: v for k, v in DEFAULT_CFG_DICT.items()}))
`;

/** The trainer of the library writes args.yaml as soon as it is made: nothing is trained. */
const WRITTEN = `
import json, sys
from pathlib import Path
import yaml
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils import DEFAULT_CFG_DICT
from pitwall_ultralytics.settings import train_arguments
cases, written = json.load(open(sys.argv[1])), []
for number, experiment in enumerate(cases):
    run_dir = Path.cwd() / "written" / str(number)
    arguments = train_arguments(experiment, run_dir, DEFAULT_CFG_DICT, in_loop=True)
    try:
        DetectionTrainer(overrides={**arguments, "model": experiment["model"], "mode": "train", "task": "detect"})
        written.append(yaml.safe_load((run_dir / "trainer" / "args.yaml").read_text()))
    except Exception as error:
        written.append(f"{type(error).__name__}: {error}")
print("RESULT" + json.dumps(written))
`;

/** Values that a careless translation would lose: lists, counts, words and numbers of either kind. */
const ODD: Readonly<Record<string, readonly unknown[]>> = {
  fraction: [[0.5, 0.5], 3, 0.5],
  scale: [[0.2, 0.4], 0.25],
  imgsz: [96],
  batch: [3],
  classes: [[0, 2], 1],
  freeze: [[0, 2], 3, ['0.conv']],
  multi_scale: [0.25],
  cache: ['ram', true],
  amp: [false],
  device: ['cpu'],
  optimizer: ['NAdam'],
  pretrained: [false],
  compile: [false],
  copy_paste_mode: ['mixup'],
  auto_augment: ['augmix', null],
  conf: [0.125],
  iou: [0.375],
  split: ['val'],
  cls_pw: [0.5],
  quantize: [16],
  nms: [false],
  channels_last: [false],
  time: [0.5],
  embed: [[1]],
  tracker: ['botsort.yaml'],
  format: ['onnx'],
  workspace: [2],
  opset: [17],
  line_width: [3],
  vid_stride: [2],
};
/** Files that would have to exist; `resume` stands for the checkpoint of `model`, which take-over.test.ts holds. */
const FILES = new Set(['model', 'data', 'cfg', 'distill_model', 'source', 'resume']);

function oddValues(key: string, fallback: unknown): readonly unknown[] {
  if (key in ODD) return ODD[key];
  if (typeof fallback === 'boolean') return [!fallback];
  if (typeof fallback !== 'number') return [];
  const { kind, max = Number.POSITIVE_INFINITY } = keySpec(key) ?? {};
  if (kind === 'int') return [Number(fallback) + 3];
  return [max <= 1 ? 0.375 : Number(fallback) / 2 + 0.125];
}

it('every argument that the installed version has is a key with a fate', () => {
  const known = Object.keys(ask<Record<string, unknown>>(DEFAULTS, null));
  expect(known.length).toBeGreaterThan(80);
  expect(known.filter((key) => fateOf(key) === undefined)).toEqual([]);
});

it('each argument reaches args.yaml as it was written, of the same type; what is overruled says why', () => {
  const defaults = ask<Record<string, unknown>>(DEFAULTS, null);
  const cases = Object.entries(defaults)
    .filter(([key]) => !FILES.has(key) && fateOf(key)?.kind !== 'overruled')
    .flatMap(([key, fallback]) => oddValues(key, fallback).map((value) => ({ key, value })));
  const experiments = cases.map(({ key, value }) => {
    const text = `trainer: ultralytics\nmodel: yolov8n.yaml\ndata: data.yaml\ndevice: cpu\n${key}: ${JSON.stringify(value)}\n`;
    const once = key === 'device' ? text.replace('device: cpu\n', '') : text;
    const { experiment, problems } = parseExperiment(once, { file: 'a.train.yaml' });
    expect(
      problems.filter(({ severity }) => severity === 'error'),
      key,
    ).toEqual([]);
    return { ...experiment, data: path.join(workshop.dir, 'data.yaml') };
  });
  const written = ask<(Record<string, unknown> | string)[]>(WRITTEN, experiments);
  const told = cases.map(({ key, value }, i) => {
    const args = written[i];
    return [key, typeof args === 'string' ? args : args[key], value];
  });
  expect(cases.length).toBeGreaterThan(60);
  expect(told.filter(([, got, asked]) => JSON.stringify(got) !== JSON.stringify(asked))).toEqual([]);
});
