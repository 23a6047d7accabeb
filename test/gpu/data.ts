import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeExample } from '../../src/dataset/example/write-example';
import type { Lab } from './lab';

/** Real photographs with a model that knows them, if the shared data is beside the repository. */
export const sharedFile = (lab: Lab, ...parts: string[]): string | undefined => {
  const file = path.join(lab.repository, '../shared/data', ...parts);
  return existsSync(file) ? file : undefined;
};

/** The example's folder with so many images: pcb.train.yaml, data.yaml, images, labels. */
export async function exampleData(lab: Lab, train: number, val: number): Promise<string> {
  const folder = path.join(lab.folder('data'), `example-${train}-${val}`);
  if (!existsSync(folder)) await writeExample(folder, { train, val });
  return folder;
}

/** A val set of `count` images for measuring speed: the names of 80 classes, as yolov8n has them. */
export async function speedData(lab: Lab, count: number): Promise<string> {
  const folder = path.join(lab.folder('data'), `speed-${count}`);
  const yaml = path.join(folder, 'data.yaml');
  if (existsSync(yaml)) return yaml;
  const source =
    sharedFile(lab, 'voc100_coco80', 'images') ?? path.join(await exampleData(lab, 8, 64), 'images');
  const files = imagesBelow(source);
  for (const kind of ['images', 'labels']) mkdirSync(path.join(folder, kind, 'val'), { recursive: true });
  for (let i = 0; i < count; i++) {
    const { ext } = path.parse(files[i % files.length]);
    symlinkSync(files[i % files.length], path.join(folder, 'images/val', `${i}${ext}`));
    writeFileSync(path.join(folder, 'labels/val', `${i}.txt`), '0 0.5 0.5 0.2 0.2\n');
  }
  const names = Array.from({ length: 80 }, (_, i) => `  ${i}: class ${i}`).join('\n');
  writeFileSync(yaml, `path: ${folder}\ntrain: images/val\nval: images/val\nnames:\n${names}\n`);
  return yaml;
}

const imagesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jpg|jpeg|png)$/i.test(name))
    .sort()
    .map((name) => path.join(folder, name));
