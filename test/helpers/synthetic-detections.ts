import path from 'node:path';
import { createRandom } from '../../src/base/random';
import type { DatasetSplit } from '../../src/dataset/split';
import type { Detections, GroundTruth } from '../../src/domain/evaluation/types';
import { encodeDetections } from '../../src/run/detections-file';

const SIZE = 128;

export type Judged = { readonly truth: GroundTruth; readonly detections: Detections };

/**
 * What a fair detector finds: most labels a little off, some missed, some of another class, and a few false positives.
 */
export function detect(split: DatasetSplit, seed: number): Judged {
  const random = createRandom(seed);
  const missed = seed % 2 === 0 ? 0.12 : 0.2 - seed / 50;
  const classes = split.names.length;
  const truth = { boxes: [] as number[], class: [] as number[], image: [] as number[] };
  const found = { ...structuredClone(truth), scores: [] as number[] };
  const add = (box: readonly number[], score: number, c: number, image: number): void => {
    found.boxes.push(...box);
    found.scores.push(score);
    found.class.push(c);
    found.image.push(image);
  };
  split.images.forEach((image, index) => {
    image.class.forEach((c, i) => {
      const [cx, cy, w, h] = image.boxes.subarray(4 * i, 4 * i + 4).map((v) => v * SIZE);
      const box = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2];
      truth.boxes.push(...box);
      truth.class.push(c);
      truth.image.push(index);
      if (random.next() < missed) return;
      const moved = box.map((v) => v + random.between(-0.8, 0.8));
      add(moved, random.between(0.3, 0.97), random.next() < 0.04 ? (c + 1) % classes : c, index);
    });
    if (random.next() < 0.15) {
      const [x, y] = [random.between(5, 100), random.between(5, 100)];
      const box = [x, y, x + random.between(6, 20), y + random.between(6, 20)];
      add(box, random.between(0.3, 0.6), random.below(classes), index);
    }
  });
  return {
    truth: { images: split.images.length, classes, ...typed(truth) },
    detections: { ...typed(found), scores: Float32Array.from(found.scores) },
  };
}

function typed(flat: { boxes: number[]; class: number[]; image: number[] }) {
  return {
    boxes: Float32Array.from(flat.boxes),
    class: Uint16Array.from(flat.class),
    image: Uint32Array.from(flat.image),
  };
}

/** The file that the keeper keeps of them. */
export function detectionsFile(split: DatasetSplit, data: string, { truth, detections }: Judged): Uint8Array {
  const count = split.images.length;
  const relative = (file: string): string => path.relative(path.dirname(data), file);
  return encodeDetections({
    header: {
      fingerprint: `c:${split.images.length}`,
      classes: [...split.names],
      rule: {
        name: 'ultralytics',
        imgsz: SIZE,
        conf: 0.001,
        iou: 0.7,
        max_det: 300,
        single_cls: false,
        split: 'val',
        exif: 'applied',
      },
      images: count,
      files: split.images.map((image) => relative(image.file).split(path.sep).join('/')),
      sizes: Array.from({ length: 2 * count }, () => SIZE),
      digests: split.images.map((_, i) => String(i).padStart(22, '0')),
    },
    detections,
    truth,
  });
}
