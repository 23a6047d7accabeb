// The paired bootstrap: 1,000 replicates of a 200-image and of a 5,000-image val set (44 k detections), the latter in two
// workers that share the range. usage: node bootstrap.mjs [replicates=1000]
// Sets are made from the workload of evaluator.mjs in ~/.cache/pitwall/coco-bench; model b is model a with moved boxes.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { build } from 'esbuild';
import { record } from './rows.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const bundle = path.join(os.tmpdir(), `pitwall-bootstrap-${isMainThread ? process.pid : workerData.pid}.mjs`);
const folder = path.join(os.homedir(), '.cache/pitwall/coco-bench');

function columns(boxes, images, categories) {
  return {
    boxes: Float32Array.from(boxes.flatMap(({ bbox: [x, y, w, h] }) => [x, y, x + w, y + h])),
    class: Uint16Array.from(boxes, (box) => categories.get(box.category_id)),
    image: Uint32Array.from(boxes, (box) => images.get(box.image_id)),
  };
}

function load(count) {
  const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  const gt = read('gt.json');
  const images = new Map(gt.images.slice(0, count).map(({ id }, i) => [id, i]));
  const categories = new Map(gt.categories.map(({ id }, i) => [id, i]));
  const within = (boxes) => boxes.filter((box) => images.has(box.image_id) && !box.iscrowd);
  const found = within(read('dt_1x.json'));
  const detections = (own) => ({
    ...columns(own, images, categories),
    scores: Float32Array.from(own, ({ score }) => score),
  });
  const moved = found.map((one, i) => ({
    ...one,
    bbox: one.bbox.map((v, k) => v + ((i * 7 + k * 3) % 5) - 2),
  }));
  return {
    groundTruth: {
      images: count,
      classes: categories.size,
      ...columns(within(gt.annotations), images, categories),
    },
    a: detections(found),
    b: detections(moved),
  };
}

async function bundleCompare() {
  const contents = `export * from './src/domain/compare/compare'; export * from './src/domain/compare/replicates';`;
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  await build({ stdin, bundle: true, format: 'esm', outfile: bundle, logLevel: 'error' });
}

async function worker() {
  const { preparePair, bootstrapPair } = await import(bundle);
  const { set, range } = workerData;
  parentPort.postMessage(bootstrapPair(preparePair(set.groundTruth, set.a, set.b), range));
}

function inWorker(set, range) {
  return new Promise((resolve, reject) => {
    const own = new Worker(process.argv[1], { workerData: { set, range, pid: process.pid } });
    own.once('message', resolve).once('error', reject);
  });
}

async function main() {
  await bundleCompare();
  const { compareDetections, preparePair, concludeComparison } = await import(bundle);
  const replicates = Number(process.argv[2] ?? 1000);
  console.log(
    `${os.cpus()[0].model}, load ${os.loadavg()[0].toFixed(1)}, ${replicates} replicates of two checkpoints`,
  );
  const cpuSeconds = (since) => {
    const { user, system } = process.cpuUsage(since);
    return ((user + system) / 1e6).toFixed(2);
  };
  for (const count of [200, 5000]) {
    const set = load(count);
    const used = process.cpuUsage();
    const start = performance.now();
    const { map, low, high } = compareDetections(set.groundTruth, set.a, set.b, { replicates });
    const seconds = ((performance.now() - start) / 1000).toFixed(2);
    record(
      `${replicates} replicates, ${count} images, one thread`,
      Number(seconds),
      's',
      count === 200 ? '1' : undefined,
    );
    const limits = `difference ${map.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
    console.log(
      `${count} images, ${set.a.scores.length} detections, one thread: ${seconds} s, CPU ${cpuSeconds(used)} s; ${limits}`,
    );
  }
  const set = load(5000);
  const start = performance.now();
  const half = Math.floor(replicates / 2);
  const ranges = [
    { seed: 0, from: 0, to: half },
    { seed: 0, from: half, to: replicates },
  ];
  const parts = await Promise.all(ranges.map((range) => inWorker(set, range)));
  const { low, high } = concludeComparison(preparePair(set.groundTruth, set.a, set.b), parts, 0);
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  record(`${replicates} replicates, 5000 images, two workers`, Number(seconds), 's', '10');
  console.log(`5000 images in two workers: ${seconds} s; [${low.toFixed(4)}, ${high.toFixed(4)}]`);
}

await (isMainThread ? main() : worker());
