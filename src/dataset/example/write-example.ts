import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../run/folder/make-folder';
import { drawPicture, labelText } from './picture';
import { encodePng } from './png';
import { CONFIG_NAME, CONFIG_TEXT, DATA_NAME, DATA_TEXT } from './texts';

export const TRAIN_IMAGES = 512;
export const VAL_IMAGES = 128;
const SEED = 20;

export type WrittenExample = {
  /** Absolute. */
  readonly dir: string;
  readonly config: string;
  readonly data: string;
  /** Pictures drawn by this call; the others were there. */
  readonly drawn: number;
  /** The config was there and was left as it is. */
  readonly keptConfig: boolean;
};

export type ExampleOptions = {
  readonly train?: number;
  readonly val?: number;
  readonly seed?: number;
  readonly onProgress?: (done: number, total: number) => void;
};

type Item = { readonly image: string; readonly label: string; readonly index: number };

/**
 * Writes the example experiment into `dir`: config, dataset YAML, PNG images and YOLO labels. Files of an earlier call
 * are kept, a config that was edited too.
 * @throws when the folder holds another dataset (a data.yaml or images that this did not write).
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
    throw new Error(`${data} is there and is not the example's: choose another folder`);
  for (const name of hasData ? [] : ['images', 'labels']) {
    const folder = path.join(root, name);
    if (existsSync(folder) && readdirSync(folder).length > 0)
      throw new Error(`${folder} is there and is not the example's: choose another folder`);
  }
}

async function drawMissing(root: string, options: ExampleOptions): Promise<number> {
  const missing = items(root, options).filter(({ image, label }) => !existsSync(image) || !existsSync(label));
  const folders = new Set(missing.flatMap(({ image, label }) => [path.dirname(image), path.dirname(label)]));
  for (const folder of folders) await makeFolder(folder);
  for (const [done, item] of missing.entries()) {
    const picture = drawPicture(options.seed ?? SEED, item.index);
    await Promise.all([
      writeFile(item.image, encodePng(picture)),
      writeFile(item.label, labelText(picture.defects)),
    ]);
    options.onProgress?.(done + 1, missing.length);
  }
  return missing.length;
}

function items(root: string, { train = TRAIN_IMAGES, val = VAL_IMAGES }: ExampleOptions): Item[] {
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
