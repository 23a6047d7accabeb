// Confusions, curves and sizes of a val set of 5,000 images, 80 classes and 400,000 detections: how long a page waits for them,
// how long the host is held up meanwhile, and what the second asking costs. Usage: node test/bench/breakdown.mjs [DETECTIONS]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { record } from './rows.mjs';

const count = Number(process.argv[2] ?? 400_000);
const [IMAGES, CLASSES, LABELS] = [5000, 80, 40_000];
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-breakdown-'));
const dist = path.resolve(import.meta.dirname, '../../dist');

const { encodeDetections } = await loadTypeScript('src/run/detections-file.ts');
const { createRandom } = await loadTypeScript('src/base/random.ts');
const { createBreakdowns } = await loadTypeScript('src/engine/gallery/breakdown.ts');
const { runInWorker } = await loadTypeScript('src/engine/runs/worker-task.ts');

/** Boxes of every size; a tenth of the detections is near a label of their image, the others are noise of low scores. */
function detectionsFile() {
  const random = createRandom(1);
  const labels = rows(LABELS, (i) => ({ image: i % IMAGES, c: random.below(CLASSES), box: boxIn(random) }));
  const found = rows(count, (i) => {
    const label = labels[(i * 7) % LABELS];
    if (i % 10 > 0)
      return { image: i % IMAGES, c: random.below(CLASSES), box: boxIn(random), score: random.next() ** 6 };
    const box = label.box.map((v) => v + random.between(-3, 3));
    const c = random.next() < 0.05 ? random.below(CLASSES) : label.c;
    return { image: label.image, c, box, score: random.next() };
  }).sort((a, b) => a.image - b.image || b.score - a.score);
  const rule = { name: 'ultralytics', imgsz: 640, conf: 0.001, iou: 0.7, max_det: 300, single_cls: false };
  return encodeDetections({
    header: {
      ...{
        fingerprint: 'f',
        images: IMAGES,
        classes: Array.from({ length: CLASSES }, (_, c) => `class ${c}`),
      },
      ...{ files: Array.from({ length: IMAGES }, String), sizes: new Array(2 * IMAGES).fill(640) },
      rule: { ...rule, split: 'val', exif: 'applied' },
    },
    detections: { ...columns(found), scores: Float32Array.from(found, ({ score }) => score) },
    truth: columns(labels),
  });
}

const rows = (length, make) => Array.from({ length }, (_, i) => make(i));

function boxIn(random) {
  const [x, y] = [random.between(0, 500), random.between(0, 500)];
  const side = 8 + 130 * random.next() ** 2;
  return [x, y, x + side, y + side];
}

const columns = (list) => ({
  boxes: Float32Array.from(list.flatMap(({ box }) => box)),
  class: Uint16Array.from(list, ({ c }) => c),
  image: Uint32Array.from(list, (_, i) => list[i].image),
});

try {
  writeFileSync(path.join(folder, 'a.det'), detectionsFile());
  const breakdowns = createBreakdowns((request) => runInWorker(dist, { kind: 'breakdown', request }));
  const ask = () => breakdowns.of({ dir: folder, kept: [{ epoch: 1, det: 'a.det', confidence: 0.3 }] });
  for (const label of ['first', 'again']) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const start = performance.now();
    const { confusion, curves } = await ask();
    const ms = performance.now() - start;
    delay.disable();
    record(`confusions, curves and sizes of ${count} detections, ${label}`, ms, 'ms');
    record(`the host meanwhile, longest pause, ${label}`, delay.max / 1e6, 'ms', 'below 100 ms');
    console.log(
      `${count} detections, ${label}: ${ms.toFixed(0)} ms, host held up ${(delay.max / 1e6).toFixed(0)} ms at most; ${confusion.cells.length} cells, ${curves.classes.length} classes`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
