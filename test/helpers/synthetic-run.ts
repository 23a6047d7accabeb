import { createRandom } from '../../src/base/random';
import type { Experiment } from '../../src/domain/experiment/types';
import type { TrainerEvent } from '../../src/run/events';
import type { RunFile, StatusFile } from '../../src/run/files';
import type { KeeperEntry } from '../../src/run/keeper-entry';
import { createRunState, reduceRun } from '../../src/run/reduce';
import type { RunEntry, RunState } from '../../src/run/state';
import type { ValidationEntry } from '../../src/run/validation';

/** A run as the trainer, keeper and validator would have written it; the same lines for the same options. */
export type SyntheticOptions = {
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** How many steps have been done. */
  readonly steps?: number;
  readonly warmupEpochs?: number;
  readonly lr0?: number;
  readonly seed?: number;
  readonly start?: number;
  /** Milliseconds a step. */
  readonly stepMs?: number;
  readonly end?: 'completed' | 'stopped' | 'diverged';
  /** Memory of a GPU whose trainer reports how much of it is in use. */
  readonly deviceBytes?: number;
};

export const CLASSES = ['open', 'short', 'mousebite', 'spur', 'pinhole', 'spurious copper'];
const DEFAULTS = {
  epochs: 50,
  stepsPerEpoch: 625,
  steps: 13_376,
  warmupEpochs: 5,
  lr0: 0.01,
  seed: 1,
  start: 1_760_000_000_000,
  stepMs: 110,
};
type Options = typeof DEFAULTS & Pick<SyntheticOptions, 'end' | 'deviceBytes'>;

export function plannedOf(options: SyntheticOptions = {}) {
  const o = { ...DEFAULTS, ...options };
  const steps = o.epochs * o.stepsPerEpoch;
  const warmupSteps = o.warmupEpochs * o.stepsPerEpoch;
  const base = (step: number): number => {
    const epoch = Math.floor(step / o.stepsPerEpoch);
    return o.lr0 * (0.01 + (0.99 * (1 + Math.cos((Math.PI * epoch) / o.epochs))) / 2);
  };
  const lrAt = (step: number, group: number): number => {
    if (step >= warmupSteps) return base(step);
    const from = group === 2 ? 0.1 * (o.lr0 / 0.01) : 0;
    return from + ((base(step) - from) * step) / warmupSteps;
  };
  return { steps, stepsPerEpoch: o.stepsPerEpoch, warmupSteps, groups: ['weights', 'norm', 'bias'], lrAt };
}

export function syntheticRun(options: SyntheticOptions = {}): { run: RunFile; entries: RunEntry[] } {
  const o: Options = { ...DEFAULTS, ...options };
  const entries: RunEntry[] = [...opening(o)];
  const random = createRandom(o.seed);
  const planned = plannedOf(o);
  for (let step = 0; step < o.steps; step++) {
    entries.push({ source: 'events', value: stepEvent(step, o, planned, random.normal()) });
    if ((step + 1) % o.stepsPerEpoch === 0) entries.push(...epochEnd(step, o, random.normal()));
  }
  return { run: runFile(o), entries: [...entries, ...closing(o)] };
}

export function syntheticState(options: SyntheticOptions = {}): RunState {
  const { run, entries } = syntheticRun(options);
  return entries.reduce(reduceRun, createRunState(run));
}

const at = (step: number, o: Options): number => o.start + 2000 + step * o.stepMs;

function opening(o: Options): RunEntry[] {
  const { start: t, deviceBytes } = o;
  const events: TrainerEvent[] = [
    {
      type: 'hello',
      t,
      trainer: 'builtin',
      pid: 4711,
      attempt: 1,
      fromStep: 0,
      groups: ['weights', 'norm', 'bias'],
      knobs: ['lr', 'stop', 'stop_after_epoch', 'pause'],
      device: 'WebGPU, RTX 4070',
      ...(deviceBytes === undefined ? {} : { deviceBytes }),
    },
    {
      type: 'plan',
      t,
      epochs: o.epochs,
      stepsPerEpoch: o.stepsPerEpoch,
      totalSteps: o.epochs * o.stepsPerEpoch,
      batch: 16,
      images: o.stepsPerEpoch * 16,
      settings: [
        { key: 'lr0', requested: o.lr0, effective: o.lr0 },
        {
          key: 'batch',
          requested: 32,
          effective: 16,
          reason: 'halved: 32 did not fit the memory of the device',
        },
        { key: 'optimizer', requested: 'SGD', effective: 'SGD' },
        { key: 'warmup_epochs', requested: o.warmupEpochs, effective: o.warmupEpochs },
      ],
    },
    {
      type: 'log',
      t: t + 1500,
      level: 'info',
      message: `${o.stepsPerEpoch * 16} training images, 6 classes`,
    },
  ];
  return events.map((value) => ({ source: 'events', value }));
}

function lossAt(step: number, o: Options, noise: number): Record<string, number> {
  const progress = step / (o.epochs * o.stepsPerEpoch);
  const level = (0.35 + 2.6 * Math.exp(-6 * progress)) * (1 + 0.09 * noise);
  if (o.end === 'diverged' && step > o.steps - 20) {
    const blown = level * 2 ** (step - o.steps + 20);
    return { total: blown, box: blown * 0.5, cls: blown * 0.3, dfl: blown * 0.2 };
  }
  return { total: level, box: level * 0.52, cls: level * 0.31, dfl: level * 0.17 };
}

type Planned = ReturnType<typeof plannedOf>;

function stepEvent(step: number, o: Options, planned: Planned, noise: number): TrainerEvent {
  return {
    type: 'step',
    t: at(step, o),
    step,
    epoch: Math.floor(step / o.stepsPerEpoch) + 1,
    lr: [0, 1, 2].map((group) => planned.lrAt(step, group)),
    loss: lossAt(step, o, noise),
    ips: (16_000 / o.stepMs) * (1 + 0.03 * noise),
    grad: 2 + 0.4 * noise,
    ...(o.deviceBytes === undefined ? {} : { gpuBytes: gpuBytesAt(step, o.deviceBytes) }),
  };
}

/** The allocator's first steps, then what it has reserved. */
const gpuBytesAt = (step: number, deviceBytes: number): number =>
  Math.round(deviceBytes * (step < 20 ? 0.02 * (1 + step) : 0.42));

let bestMap = 0;
let bestEpoch = 1;

function epochEnd(step: number, o: Options, noise: number): RunEntry[] {
  const epoch = (step + 1) / o.stepsPerEpoch;
  if (epoch === 1) [bestMap, bestEpoch] = [0, 1];
  const t = at(step, o);
  const path = `checkpoints/epoch-${String(epoch).padStart(4, '0')}`;
  const map = 0.76 * (1 - Math.exp(-epoch / 7)) + 0.012 * noise;
  const validated = validationOf({ epoch, step, t: t + 2200, map, path });
  const isBest = map > bestMap;
  const events: RunEntry[] = [
    {
      source: 'events',
      value: {
        type: 'epoch',
        t,
        epoch,
        step,
        seconds: (o.stepsPerEpoch * o.stepMs) / 1000,
        loss: lossAt(step, o, 0),
      },
    },
    { source: 'events', value: { type: 'checkpoint', t, path, epoch, step, bytes: 1_730_000 + epoch } },
  ];
  const isInHand = step + o.stepsPerEpoch > o.steps && o.end === undefined;
  if (isInHand) return events;
  events.push({ source: 'validation', value: validated });
  events.push({ source: 'validation', value: drawnOf(epoch, t + 2200, map) });
  if (isBest) {
    [bestMap, bestEpoch] = [map, epoch];
    events.push({ source: 'keeper', value: { type: 'best', t: t + 2300, epoch, map, path } });
  } else if (epoch > 4 && epoch - 3 !== bestEpoch) events.push(cleanup(epoch - 3, t + 2400));
  return events;
}

function cleanup(epoch: number, t: number): RunEntry {
  const path = `checkpoints/epoch-${String(epoch).padStart(4, '0')}`;
  const value: KeeperEntry = {
    type: 'cleanup',
    t,
    epoch,
    path,
    bytes: 1_730_000,
    reason: 'neither best nor among the last 3',
  };
  return { source: 'keeper', value };
}

/** Draws as of a val set of 128 images: most of what they vary by is common to all checkpoints. */
function drawnOf(epoch: number, t: number, map: number): ValidationEntry {
  const [common, own] = [createRandom(1), createRandom(epoch, 2)];
  const maps = Array.from({ length: 100 }, () => map + 0.02 * common.normal() + 0.008 * own.normal());
  return { type: 'drawn', t, epoch, key: 'synthetic', units: 128, map, maps };
}

type Scored = { epoch: number; step: number; t: number; map: number; path: string };

function validationOf({ epoch, step, t, map, path }: Scored): ValidationEntry {
  const map50 = Math.min(0.99, map * 1.23);
  const coco = {
    AP: map,
    AP50: map50,
    AP75: map * 0.9,
    APs: map * 0.6,
    APm: map,
    APl: -1,
    AR1: 0.3,
    AR10: 0.7,
    AR100: 0.8,
    ARs: 0.5,
    ARm: 0.8,
    ARl: -1,
  };
  const difference = map - bestMap;
  return {
    type: 'validation',
    t,
    epoch,
    step,
    path,
    images: 128,
    device: 'webgpu',
    imgsz: 128,
    batch: 64,
    half: true,
    map,
    map50,
    map75: map * 0.9,
    precision: 0.5 + map * 0.55,
    recall: 0.4 + map * 0.6,
    f1: 0.8,
    confidence: 0.31,
    coco,
    perClass: CLASSES.map((name, c) => ({
      class: c,
      name,
      images: 60,
      labels: 90 + 7 * c,
      precision: 0.9 - 0.03 * c,
      recall: 0.88 - 0.04 * c,
      f1: 0.85,
      ap50: Math.max(0, map50 - 0.03 * c),
      ap: Math.max(0, map - 0.04 * c),
    })),
    seconds: { total: 2.1 + 0.2 * Math.sin(epoch), inference: 1.6 },
    skipped: 0,
    ...(epoch === 1
      ? {}
      : {
          versusBest: {
            epoch: bestEpoch,
            difference,
            low: difference - 0.01,
            high: difference + 0.01,
            probabilityBetter: 1 / (1 + Math.exp(-difference * 400)),
          },
        }),
  };
}

function closing(o: Options): RunEntry[] {
  const t = at(o.steps, o);
  const end: RunEntry[] = o.end
    ? [{ source: 'events', value: { type: 'end', t, reason: o.end, step: o.steps - 1 } }]
    : [];
  return [...end, { source: 'status', value: statusOf(o, t) }];
}

function statusOf(o: Options, t: number): StatusFile {
  const inHand = Math.floor(o.steps / o.stepsPerEpoch);
  return {
    format: 1,
    state: o.end ?? 'running',
    stalled: false,
    heartbeat: t,
    keeper: { pid: 1, started: '1', boot: 'b', host: 'here', pidns: '' },
    queue: o.end || inHand < 1 ? { waiting: [] } : { validating: inHand, waiting: [] },
    ...(o.end === 'diverged'
      ? {
          reason: `Diverged at step ${o.steps - 1}: the mean of the last 16 losses is 31 times the first loss.`,
        }
      : {}),
  };
}

function runFile(o: Options): RunFile {
  const [early_stop, validation] = [{ ema: 5 }, { enabled: true }];
  const resolved = { trainer: 'builtin', epochs: o.epochs, early_stop, validation } as Experiment;
  return {
    format: 1,
    id: 'synthetic',
    name: 'pcb-nano-7',
    created: o.start,
    experiment: { file: 'pcb.train.yaml', text: '', resolved },
    set: [],
    cwd: '/',
    machine: { host: 'here', platform: 'linux', cpus: 2, memoryBytes: 8e9, node: '20' },
    pitwall: '0.1.0',
  };
}
