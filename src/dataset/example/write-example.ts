import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRandom } from '../../base/random';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { makeFolder } from '../../run/folder/make-folder';
import { drawBoard } from './board';
import { addDefects, DEFECTS, type Defect } from './defects';
import { SIZE } from './mask';
import { encodePng } from './png';
import { renderBoard } from './render';

const CONFIG_NAME = 'pcb.train.yaml';
const DATA_NAME = 'data.yaml';

/** Without `path`: Pitwall and Ultralytics both find the folders beside this file. */
const DATA_TEXT = `# Defects on printed circuit boards, drawn by pitwall init. Six classes as in board inspection.
train: images/train
val: images/val
names:
${DEFECTS.map((name, i) => `  ${i}: ${name}`).join('\n')}
`;

const CONFIG_TEXT = `# A training experiment. Keys that Ultralytics has keep its names, units and meaning.
trainer: builtin            # builtin | ultralytics | command
model: nano                 # nano | micro, or a checkpoint to fine-tune from
data: data.yaml
epochs: 15
batch: 16
imgsz: 128
seed: 0
device: auto                # auto | cpu | webgpu | cuda | dml | coreml

optimizer: SGD
lr0: 0.02
lrf: 0.01                   # final LR = lr0 * lrf
cos_lr: true
momentum: 0.937
weight_decay: 0.0005
warmup_epochs: 2
warmup_momentum: 0.8
warmup_bias_lr: 0.02
warmup_shape: linear        # linear | exponential | constant

box: 11.25                  # gains of the losses; half as much again as usual, since the run is short
cls: 0.75

# A board has no up and no left; its colour says nothing about its faults.
fliplr: 0.5
flipud: 0.5
hsv_h: 0.015
hsv_s: 0.2
hsv_v: 0.2
translate: 0.05
scale: 0.0
mosaic: 0.0
close_mosaic: 0

validation: { device: auto, batch: 64, half: auto, every: 1, backlog: all }
early_stop: false
checkpoints: { keep_last: 3, keep_best: 1 }
`;

type ExamplePicture = {
  readonly width: number;
  readonly height: number;
  /** RGB, row by row. */
  readonly data: Uint8Array;
  readonly defects: readonly Defect[];
};

/** How many defects an image is to have; drawn from evenly. One in ten boards is without a defect. */
const COUNTS = [0, 2, 3, 4, 4, 5, 5, 6, 6, 7];

export const TRAIN_IMAGES = 512;
export const VAL_IMAGES = 128;
const SEED = 20;

export type WrittenExample = {
  /** Absolute. */
  readonly dir: string;
  readonly config: string;
  readonly data: string;
  /** Images drawn by this call; the others existed. */
  readonly drawn: number;
  /** The config existed and was not changed. */
  readonly keptConfig: boolean;
};

export type ExampleOptions = {
  readonly train?: number;
  readonly val?: number;
  readonly seed?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** What is drawn by then stays: the next call goes on from there. */
  readonly signal?: AbortSignal;
};

type ExampleItem = { readonly image: string; readonly label: string; readonly index: number };

/**
 * Writes the example experiment into `dir`: config, dataset YAML, PNG images and YOLO labels. Files of an earlier call
 * are kept, and so is a config that was edited. @throws when the folder holds another dataset (a data.yaml or images
 * that this did not write), and when it is aborted.
 */
export async function writeExample(dir: string, options: ExampleOptions = {}): Promise<WrittenExample> {
  const root = path.resolve(dir);
  await refuseOtherData(root);
  const config = path.join(root, CONFIG_NAME);
  const data = path.join(root, DATA_NAME);
  const keptConfig = existsSync(config);
  await makeFolder(root);
  await writeFile(data, DATA_TEXT);
  if (!keptConfig) await writeFile(config, CONFIG_TEXT);
  const drawn = await drawMissing(root, options);
  return { dir: root, config, data, drawn, keptConfig };
}

async function refuseOtherData(root: string): Promise<void> {
  const data = path.join(root, DATA_NAME);
  const hasData = existsSync(data);
  if (hasData && (await readFile(data, 'utf8')) !== DATA_TEXT)
    throw new WordedError(words("{0} exists and is not the example's: choose another folder", data));
  for (const name of hasData ? [] : ['images', 'labels']) {
    const folder = path.join(root, name);
    if (existsSync(folder) && readdirSync(folder).length > 0)
      throw new WordedError(words("{0} exists and is not the example's: choose another folder", folder));
  }
}

async function drawMissing(root: string, options: ExampleOptions): Promise<number> {
  const missing = items(root, options).filter(({ image, label }) => !existsSync(image) || !existsSync(label));
  const folders = new Set(missing.flatMap(({ image, label }) => [path.dirname(image), path.dirname(label)]));
  for (const folder of folders) await makeFolder(folder);
  for (const [done, item] of missing.entries()) {
    options.signal?.throwIfAborted();
    const picture = drawPicture(options.seed ?? SEED, item.index);
    await Promise.all([
      writeFile(item.image, encodePng(picture)),
      writeFile(item.label, labelText(picture.defects)),
    ]);
    options.onProgress?.(done + 1, missing.length);
  }
  return missing.length;
}

function items(root: string, { train = TRAIN_IMAGES, val = VAL_IMAGES }: ExampleOptions): ExampleItem[] {
  return Array.from({ length: train + val }, (_, index) => {
    const split = index < train ? 'train' : 'val';
    const name = `pcb_${String(index).padStart(4, '0')}`;
    return {
      image: path.join(root, 'images', split, `${name}.png`),
      label: path.join(root, 'labels', split, `${name}.txt`),
      index,
    };
  });
}

/** Picture `index` of the set of `seed`: the same pixels on every machine. */
export function drawPicture(seed: number, index: number): ExamplePicture {
  const random = createRandom(seed, index + 1);
  const board = drawBoard(random);
  const defects = addDefects(board, COUNTS[random.below(COUNTS.length)], random);
  return { width: SIZE, height: SIZE, data: renderBoard(board.mask, random), defects };
}

/** YOLO label text: class, then centre, width and height as shares of the picture. */
export function labelText(defects: readonly Defect[]): string {
  return defects
    .map(({ class: number, bounds: { x1, y1, x2, y2 } }) => {
      const numbers = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
      return `${number} ${numbers.map((v) => (v / SIZE).toFixed(6)).join(' ')}\n`;
    })
    .join('');
}
