// Random sets of arguments, a tiny run each: args.yaml as asked, the preview as applied, and numbers as Ultralytics' own val.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import {
  eventsOf,
  furthestOff,
  ownNames,
  ownNumbers,
  previewOf,
  runCli,
  validationsOf,
  writeExperiment,
} from './bench.mjs';

const EQUAL = 1e-9;
const NEAR = 0.0005;
/** Of a set: each key with this chance. */
const CHANCE = 0.3;
const POOL = {
  optimizer: ['SGD', 'Adam', 'AdamW', 'NAdam', 'RAdam', 'Adamax', 'RMSProp', 'MuSGD', 'auto'],
  lr0: [0.0005, 0.001, 0.003],
  lrf: [0.01, 0.2, 1],
  cos_lr: [true, false],
  momentum: [0.8, 0.95],
  weight_decay: [0, 0.001],
  warmup_epochs: [0, 0.5, 1, 3],
  warmup_momentum: [0.5, 0.9],
  warmup_bias_lr: [0, 0.01],
  nbs: [8, 16, 64],
  batch: [2, 5, 8, 16],
  imgsz: [64, 96, 128],
  fraction: [0.5, 11, [0.7, 0.6]],
  single_cls: [true],
  rect: [true, false],
  classes: [[0, 1], [2], 1],
  conf: [0.01, 0.1],
  iou: [0.4, 0.6],
  max_det: [2, 20],
  agnostic_nms: [true],
  mosaic: [0, 0.5, 1],
  close_mosaic: [0, 1],
  mixup: [0.3],
  cutmix: [0.3],
  copy_paste: [0.2],
  degrees: [10],
  translate: [0, 0.3],
  scale: [0.2, [0.2, 0.4]],
  shear: [5],
  perspective: [0.0005],
  flipud: [0.5],
  fliplr: [0],
  hsv_h: [0, 0.1],
  hsv_s: [0],
  hsv_v: [0.1],
  bgr: [0.5],
  box: [5],
  cls: [1],
  dfl: [1],
  freeze: [1, [0, 1]],
  multi_scale: [0.25],
  cache: [true, 'ram'],
  seed: [0, 7],
  deterministic: [false],
  patience: [3],
  cls_pw: [0.5],
  epochs: [1, 1, 2],
};
/** What Pitwall decides or hands on in another form; src/trainers/ultralytics/ARGUMENTS.md says why. */
const TRANSLATED = new Set(['patience']);
const RULE = ['conf', 'iou', 'max_det', 'classes', 'single_cls', 'agnostic_nms', 'fraction'];
const START = 'runs/start/trainer/weights/last.pt';
const FIXED = {
  trainer: 'ultralytics',
  data: 'detect/data.yaml',
  device: 'cpu',
  workers: 0,
  plots: false,
  amp: false,
  val: true,
};

/** mulberry32: the same sets on every machine. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function drawSet(random) {
  const drawn = Object.entries(POOL).filter(() => random() < CHANCE);
  return Object.fromEntries(
    drawn.map(([key, values]) => [key, values[Math.floor(random() * values.length)]]),
  );
}

/** A detector of 60 k parameters that has learned the squares: what it finds tells rules apart. */
async function trainStart(dir) {
  if (existsSync(path.join(dir, START))) return START;
  const conv = (channels) => `  - [-1, 1, Conv, [${channels}, 3, 2]]\n`;
  const block = (channels) => `  - [-1, 1, C2f, [${channels}, True]]\n`;
  const backbone = conv(16) + conv(32) + block(32) + conv(64) + block(64);
  writeFileSync(
    path.join(dir, 'tiny.yaml'),
    `nc: 3\nbackbone:\n${backbone}head:\n  - [[2, 4], 1, Detect, [nc]]\n`,
  );
  const learns = {
    optimizer: 'AdamW',
    lr0: 0.01,
    batch: 8,
    nbs: 8,
    imgsz: 96,
    epochs: 40,
    mosaic: 0,
    warmup_bias_lr: 0,
  };
  const file = writeExperiment(dir, 'start', { ...FIXED, model: 'tiny.yaml', ...learns, validation: false });
  const { code, err } = await runCli(['train', file, '--name', 'start'], dir);
  if (code !== 0) throw new Error(`the model that all sets start from: ${err}`);
  return START;
}

const isGood = ({ failed, differs, isPreview, isEqual }) =>
  !failed && differs.length === 0 && isPreview && isEqual;

/** `known`: what an earlier try recorded; a set of it that was good is not tried again. `turn`: how many are tried at most. */
export async function checkSets({ count, turn, dir, known }, keep) {
  if (count === 0) return;
  const model = await trainStart(dir);
  const random = randomOf(8_4_190);
  const sets = [];
  let tried = 0;
  for (let number = 1; number <= count; number++) {
    const asked = { epochs: 1, imgsz: 96, batch: 8, ...drawSet(random) };
    const before = known.find((set) => JSON.stringify(set.asked) === JSON.stringify(asked));
    if (before && isGood(before)) sets.push(before);
    else if (tried++ < turn) sets.push({ asked, ...(await trySet({ number, asked, model, dir })) });
    else break;
  }
  const done = judged(sets, dir);
  keep([...done, ...known.slice(done.length)]);
}

const trySet = (given) => checkSet(given).catch((error) => ({ failed: String(error.message) }));

/** The library's own numbers of all that were tried, in one process: starting it takes longer than a set. */
function judged(sets, dir) {
  const tried = sets.filter(({ question }) => question);
  const own =
    tried.length > 0
      ? ownNumbers(
          tried.map(({ question }) => question),
          dir,
        )
      : [];
  const answers = new Map(tried.map((set, i) => [set, own[i]]));
  return sets.map((set) => {
    const { question: _, ours, ...known } = set;
    const result = answers.has(set) ? { ...known, ...numbersOf(ours, answers.get(set)) } : known;
    if (known.failed || answers.has(set)) console.log(JSON.stringify(result));
    return result;
  });
}

async function checkSet({ number, asked, model, dir }) {
  const name = `set-${number}`;
  const run = path.join(dir, 'runs', name);
  const validation = { device: 'cpu', backlog: 'all' };
  const file = writeExperiment(dir, name, { ...FIXED, model, ...asked, validation });
  const { code, err } = await runCli(['train', file, '--name', name], dir);
  if (code !== 0) return { failed: eventsOf(run, 'end').at(-1)?.message ?? err.trim().split('\n').at(-1) };
  const preview = await previewOf(file, dir);
  const lr = Object.fromEntries(preview.groups.map((group) => [group.name, group.lr]));
  const off = furthestOff(run, (group, step) => lr[group]?.[step] ?? Number.NaN);
  const steps = eventsOf(run, 'step').length;
  return {
    differs: differing(run, asked),
    preview: steps === preview.steps ? off : `${preview.steps} steps for ${steps}`,
    isPreview: steps === preview.steps && off <= EQUAL,
    ...questionOf(run, asked, dir),
  };
}

/** Keys whose value in args.yaml is not the one that was asked for. */
function differing(run, asked) {
  const written = parse(readFileSync(path.join(run, 'trainer/args.yaml'), 'utf8'));
  const keys = Object.keys(asked).filter((key) => !TRANSLATED.has(key));
  return keys.filter((key) => JSON.stringify(written[key]) !== JSON.stringify(asked[key]));
}

/** The checkpoint as Pitwall judged it, and what the library is to be asked about it. */
function questionOf(run, asked, dir) {
  const { validation: rule } = eventsOf(run, 'plan')[0];
  const ours = validationsOf(run).at(-1);
  const chosen = Object.fromEntries(RULE.filter((key) => key in asked).map((key) => [key, asked[key]]));
  const options = {
    data: path.join(dir, FIXED.data),
    imgsz: asked.imgsz,
    batch: rule.batch,
    rect: true,
    ...chosen,
  };
  return { ours, question: { pt: path.join(run, ours.path, 'model.pt'), options } };
}

function numbersOf(ours, own) {
  if (own.error) return { failed: own.error };
  const off = Object.entries(ownNames('detect')).map(([key, name]) =>
    Math.abs(ours[key] - own.numbers[name]),
  );
  const most = Math.max(...off);
  return { map: ours.map, metrics: most, isEqual: most <= NEAR };
}
