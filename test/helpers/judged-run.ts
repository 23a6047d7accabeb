import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRandom } from '../../src/base/random';
import type { Experiment } from '../../src/domain/experiment/types';
import { encodeDetections } from '../../src/run/detections-file';
import { detectionsPath, type RunFile } from '../../src/run/files';
import { wholeExperiment, wholeRunFile } from './whole-experiment';

/** A run with one checkpoint whose detections were kept: enough to be listed, shown and compared. */
export type JudgedRun = {
  readonly name: string;
  /** How far boxes are from their labels, in pixels of 20. */
  readonly shift: number;
  /** Boxes are off at random, by up to `shift`, instead of alike in every run. */
  readonly seed?: number;
  readonly images?: number;
  readonly fingerprint?: string;
  readonly experiment?: Partial<Experiment>;
  /** mAP50-95 of the report; without one no report is written. */
  readonly map?: number;
  /** mAP50-95 of further epochs, with the same detections. */
  readonly epochs?: Readonly<Record<number, number>>;
  readonly run?: Partial<RunFile>;
  /** Lines of events.jsonl, and further ones of keeper.jsonl. */
  readonly events?: readonly object[];
  readonly keeper?: readonly object[];
  /** What a person ended in this epoch of 3. */
  readonly stoppedIn?: number;
};

const BEST = 2;
const checkpointOf = (epoch: number): string => `checkpoints/epoch-${String(epoch).padStart(4, '0')}`;

/** Writes the folder, unsigned; returns it. */
export function writeJudgedRun(runsDir: string, judged: JudgedRun): string {
  const { name, experiment = {}, run = {}, map } = judged;
  const dir = path.join(runsDir, name);
  mkdirSync(path.join(dir, 'validation'), { recursive: true });
  const file = { file: 'a.train.yaml', text: '', resolved: wholeExperiment(experiment) };
  writeFileSync(
    path.join(dir, 'run.json'),
    JSON.stringify(wholeRunFile({ id: name, name, cwd: path.dirname(runsDir), experiment: file, ...run })),
  );
  for (const epoch of [BEST, ...Object.keys(judged.epochs ?? {}).map(Number)])
    writeFileSync(path.join(dir, detectionsPath(epoch)), detections(judged));
  if (map !== undefined) writeReport(dir, judged, map);
  return dir;
}

function writeReport(dir: string, judged: JudgedRun, map: number): void {
  const [epoch, path_] = [BEST, checkpointOf(BEST)];
  const line = (file: string, ...values: readonly object[]): void =>
    writeFileSync(path.join(dir, file), values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  const all = [[BEST, map], ...Object.entries(judged.epochs ?? {}).map(([at, other]) => [Number(at), other])];
  line('validation.jsonl', ...all.map(([at, own]) => report(judged, at, own)));
  const { events = [], keeper: noted = [] } = judged;
  if (events.length > 0) line('events.jsonl', ...events);
  line('keeper.jsonl', { type: 'best', t: 3, epoch, map, path: path_ }, ...noted);
  const last = judged.stoppedIn ?? 3;
  const progress = {
    attempt: 1,
    epoch: last,
    epochs: 3,
    step: 10 * last - 1,
    totalSteps: 30,
    best: { epoch, map },
  };
  const keeper = { pid: 1, started: '1', boot: 'b', host: os.hostname(), pidns: '' };
  const state = judged.stoppedIn === undefined ? 'completed' : 'stopped';
  line('status.json', { format: 1, state, heartbeat: 4, keeper, progress });
}

const IMAGES = 20;
const DRAWS = 300;

/** A run of a task whose boxes are not kept: its report, and its metric on draws of the val set. */
export type DrawnRun = {
  readonly name: string;
  readonly task: string;
  /** Which draws; those of one key are comparable. */
  readonly key: string;
  readonly map: number;
  /** How far the draws are spread. */
  readonly spread: number;
  readonly seed: number;
};

/** Writes the folder, unsigned; returns it. */
export function writeDrawnRun(runsDir: string, { name, task, key, map, spread, seed }: DrawnRun): string {
  const dir = writeJudgedRun(runsDir, { name, shift: 0, map });
  rmSync(path.join(dir, 'validation'), { recursive: true });
  const random = createRandom(seed);
  const maps = Array.from({ length: DRAWS }, () => map + spread * random.normal());
  const lines = [
    { ...report({ name, shift: 0 }, BEST, map), task, engine: 'ultralytics' },
    { type: 'drawn', t: 3, epoch: 2, key, units: IMAGES, map, maps },
  ];
  writeFileSync(path.join(dir, 'validation.jsonl'), lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const status = JSON.parse(readFileSync(path.join(dir, 'status.json'), 'utf8'));
  status.progress.best.task = task;
  writeFileSync(path.join(dir, 'status.json'), JSON.stringify(status));
  return dir;
}

function detections({ shift, seed, images = IMAGES, fingerprint = 'same' }: JudgedRun): Uint8Array {
  const image = Uint32Array.from({ length: images }, (_, i) => i);
  const random = createRandom(seed ?? 0);
  const off = (i: number): number => (seed === undefined ? shift * ((i >> 2) % 5) : random.next() * shift);
  const boxes = (dx: (i: number) => number): Float32Array =>
    Float32Array.from({ length: 4 * images }, (_, i) => [10, 10, 30, 30][i & 3] + (i % 2 === 0 ? dx(i) : 0));
  const common = { class: new Uint16Array(images), image };
  const scores = new Float32Array(images).fill(0.9);
  return encodeDetections({
    header: header(images, fingerprint),
    detections: { ...common, boxes: boxes(off), scores },
    truth: { ...common, boxes: boxes(() => 0) },
  });
}

function header(images: number, fingerprint: string) {
  const numbers = Array.from({ length: images }, (_, i) => i);
  const rule = { name: 'ultralytics' as const, imgsz: 64, conf: 0.001, iou: 0.7, max_det: 300 };
  return {
    fingerprint,
    classes: ['a'],
    images,
    files: numbers.map(String),
    sizes: Array.from({ length: 2 * images }, () => 64),
    digests: numbers.map((i) => `image ${fingerprint}`.padEnd(11) + String(i).padStart(11, '0')),
    rule: { ...rule, single_cls: false, split: 'val', exif: 'applied' as const },
  };
}

function report({ images = IMAGES, fingerprint = 'same' }: JudgedRun, epoch: number, map: number): object {
  const names = ['AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl'];
  return {
    ...{ type: 'validation', t: 2, epoch, step: 10 * epoch, path: checkpointOf(epoch), fingerprint },
    ...{ images, device: 'cpu', imgsz: 64, batch: 4, half: false, skipped: 0 },
    ...{ map, map50: map, map75: map, precision: 0.5, recall: 0.4, f1: 0.4, confidence: 0.3 },
    coco: Object.fromEntries(names.map((name) => [name, map])),
    perClass: [],
    seconds: { total: 1, inference: 1 },
  };
}
