import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type TinyDataset = {
  readonly train?: number;
  readonly val?: number;
  /** Rows of every label file. */
  readonly label?: string;
};

/** A dataset whose images are only names: enough for everything that does not decode them. */
export function writeTinyDataset(
  dir: string,
  { train = 8, val = 4, label = '0 0.5 0.5 0.2 0.2' }: TinyDataset = {},
): void {
  for (const [split, count] of [
    ['train', train],
    ['val', val],
  ] as const) {
    mkdirSync(path.join(dir, 'images', split), { recursive: true });
    mkdirSync(path.join(dir, 'labels', split), { recursive: true });
    for (let i = 0; i < count; i++) {
      writeFileSync(path.join(dir, 'images', split, `${i}.png`), '');
      writeFileSync(path.join(dir, 'labels', split, `${i}.txt`), `${label}\n`);
    }
  }
  writeFileSync(path.join(dir, 'data.yaml'), 'train: images/train\nval: images/val\nnames: [a, b]\n');
}

export const TINY_CONFIG = `trainer: builtin
model: nano
data: data.yaml
epochs: 3
batch: 4
imgsz: 64
warmup_epochs: 1
lr0: 0.01
`;
