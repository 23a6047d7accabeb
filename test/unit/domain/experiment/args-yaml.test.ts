import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';

const fixture = readFileSync(
  path.join(import.meta.dirname, '../../../fixtures/ultralytics/args-8.4.190.yaml'),
  'utf8',
);

// Keys that only older versions write.
const OLD = `task: detect
mode: train
model: yolov8n.pt
data: coco128.yaml
epochs: 100
patience: 50
batch: 16
device: 0
half: false
label_smoothing: 0.0
keras: false
crop_fraction: 1.0
save_hybrid: false
boxes: true
line_thickness: 3
hide_labels: false
v5loader: false
fl_gamma: 0.0
image_weights: false
save_dir: runs/detect/train
`;

describe("Ultralytics' own args.yaml", () => {
  it('of the installed version opens as it is', () => {
    const { experiment, problems } = parseExperiment(fixture, { file: 'args.yaml' });
    expect(problems.filter((p) => p.severity !== 'info')).toEqual([]);
    expect(experiment).toMatchObject({
      trainer: 'ultralytics',
      model: 'yolo11n.pt',
      epochs: 30,
      batch: 8,
      schedule: { optimizer: 'auto', lr0: 0.01, warmup_epochs: 3, nbs: 64 },
      early_stop: { enabled: true, patience: 100 },
      checkpoints: { every: 1 },
      passthrough: { amp: true, plots: true, multi_scale: 0 },
    });
    expect(experiment?.passthrough).not.toHaveProperty('save_dir');
    expect(experiment?.passthrough).not.toHaveProperty('epochs');
  });

  it('only remarks on what Pitwall decides', () => {
    const { problems } = parseExperiment(fixture, { file: 'args.yaml' });
    expect(problems.map((p) => p.key)).toEqual(['name', 'exist_ok', 'save_dir']);
  });

  it('of an old version opens as it is', () => {
    const { experiment, problems } = parseExperiment(OLD, { file: 'args.yaml' });
    expect(problems.filter((p) => p.severity !== 'info')).toEqual([]);
    expect(experiment).toMatchObject({ trainer: 'ultralytics', device: '0', validation: { half: 'off' } });
  });

  it('can be trained by the builtin trainer with a model of ours, and says what it leaves unused', () => {
    const set = ['trainer=builtin', 'model=nano'];
    const { experiment, problems } = parseExperiment(fixture, { file: 'args.yaml', set });
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
    expect(experiment?.trainer).toBe('builtin');
    expect(problems.map((p) => p.key)).toContain('nbs');
  });

  it('turns lists into what the keys mean', () => {
    const text =
      'model: a.pt\ndata: d.yaml\nimgsz: [320, 640]\ndevice: [0, 1]\nscale: [0.2, 0.9]\nfraction: 200\nbatch: -1';
    const { experiment } = parseExperiment(text, { file: 'args.yaml' });
    expect(experiment).toMatchObject({ imgsz: 640, device: '0,1', fraction: 1, batch: -1 });
    expect(experiment?.passthrough).toEqual({ scale: [0.2, 0.9], fraction: 200 });
  });

  it('hands resume on, and says whose arguments count then', () => {
    const text = 'model: last.pt\ndata: d.yaml\nresume: true';
    const { experiment, problems } = parseExperiment(text, { file: 'args.yaml' });
    expect(experiment?.passthrough).toEqual({ resume: true });
    const told = problems.find(({ key }) => key === 'resume');
    expect(told).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(/from "last\.pt" .*left/),
    });
  });

  it('keeps what patience, val and save_period mean to Ultralytics, and hands them on', () => {
    const text = 'model: a.pt\ndata: d.yaml\npatience: 2\nval: false\nsave_period: 5';
    const { experiment } = parseExperiment(text, { file: 'args.yaml' });
    expect(experiment).toMatchObject({
      early_stop: { patience: 2, ema: 1 },
      checkpoints: { every: 1, keep_every: 5 },
      validation: { enabled: false },
      passthrough: { patience: 2, val: false, save_period: 5 },
    });
    const smoothed = parseExperiment(`${text}\nearly_stop: { ema: 4 }`, { file: 'args.yaml' });
    expect(smoothed.experiment?.early_stop).toMatchObject({ patience: 2, ema: 4 });
  });
});
