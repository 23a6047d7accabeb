import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../../../../src/trainers/builtin/model/layout';
import {
  openTrainSession,
  type SessionBatch,
} from '../../../../../src/trainers/builtin/session/train-session';
import type { TrainState } from '../../../../../src/trainers/builtin/session/train-state';
import { repositoryRoot } from '../../../../helpers/shared';

// Made by test/fixtures/torch/make_golden.py.
type Golden = {
  size: 'nano';
  classes: number;
  imgsz: number;
  batch: number;
  steps: number;
  boxesPerImage: number;
  box: number;
  cls: number;
  weight_decay: number;
  weight_ema: number;
  runs: Record<'SGD' | 'AdamW', GoldenRun>;
};
type GoldenRun = {
  lr: number;
  momentum: number;
  losses: [number, number, number, number][];
  norms: Record<string, number>;
  averageNorms: Record<string, number>;
};

const golden = JSON.parse(
  readFileSync(path.join(repositoryRoot, 'test/fixtures/torch/golden.json'), 'utf8'),
) as Golden;
const TOLERANCE = 1e-3;

/** Numerical Recipes' 32-bit generator; numbers in [0, 1). */
function createGenerator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The script's starting values: within +-sqrt(3 / fan in), or +-0.1 about 1 (gamma) and 0 (biases). */
function startingState(draw: () => number): TrainState {
  const tensors: Record<string, Float32Array> = {};
  for (const { name, length, shape, init } of layoutOf(golden).parameters.values()) {
    const bound = init.kind === 'kernel' ? Math.sqrt(3 / (length / shape[0])) : 0.1;
    const start = init.kind === 'gamma' ? 1 : 0;
    const values = Float32Array.from({ length }, () => start + bound * (2 * draw() - 1));
    tensors[`model/${name}`] = values;
    tensors[`ema/${name}`] = values;
  }
  return { step: 0, tensors };
}

function drawBatch(draw: () => number): SessionBatch {
  const { batch, imgsz, boxesPerImage, classes } = golden;
  const images = Uint8Array.from({ length: batch * 3 * imgsz * imgsz }, () => Math.floor(draw() * 256));
  const targets = { image: [] as number[], class: [] as number[], boxes: [] as number[] };
  for (let i = 0; i < batch * boxesPerImage; i++) {
    targets.image.push(Math.floor(i / boxesPerImage));
    targets.class.push(Math.floor(draw() * classes));
    targets.boxes.push(0.1 + 0.8 * draw(), 0.1 + 0.8 * draw(), 0.1 + 0.3 * draw(), 0.1 + 0.3 * draw());
  }
  return { images, targets };
}

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((total, v) => total + v * v, 0));
const relative = (actual: number, wanted: number): number => Math.abs(actual - wanted) / Math.abs(wanted);

describe('training steps agree with PyTorch', () => {
  // Every device can compute rows; blocks of channels are for the CPUs that have kernels for them.
  it.each([
    ['SGD', 'rows', 0],
    ['AdamW', 'rows', 0],
    ['SGD', 'what this CPU is best at', undefined],
    ['AdamW', 'what this CPU is best at', undefined],
  ] as const)('20 steps of %s by %s', async (optimizer, _, channelBlock) => {
    const run = golden.runs[optimizer];
    const draw = createGenerator();
    const state = startingState(draw);
    const session = await openTrainSession({
      ...golden,
      optimizer,
      loss: { box: golden.box, cls: golden.cls, label_smoothing: 0 },
      clip_grad: 0,
      device: 'cpu',
      seed: 0,
      state,
      threads: 1,
      ...(channelBlock === undefined ? {} : { channelBlock }),
    });
    const batches = Array.from({ length: 5 }, () => drawBatch(draw));
    const rates = { lr: { weights: run.lr, norm: run.lr, bias: 2 * run.lr }, momentum: run.momentum };
    for (const [step, wanted] of run.losses.entries()) {
      const { total, box, cls, grad } = await session.step(batches[step % 5], rates);
      const errors = [total, box, cls, grad].map((v, i) => relative(v, wanted[i]));
      expect(Math.max(...errors), `step ${step}: ${[total, box, cls, grad]}, PyTorch ${wanted}`).toBeLessThan(
        TOLERANCE,
      );
    }
    const { tensors, step } = await session.state();
    await session.dispose();
    expect(step).toBe(golden.steps);
    for (const [name, wanted] of Object.entries(run.norms))
      expect(relative(norm(tensors[`model/${name}`]), wanted), name).toBeLessThan(TOLERANCE);
    for (const [name, wanted] of Object.entries(run.averageNorms))
      expect(relative(norm(tensors[`ema/${name}`]), wanted), `average of ${name}`).toBeLessThan(TOLERANCE);
  });
});
