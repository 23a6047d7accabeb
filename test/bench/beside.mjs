// What validation beside training costs the trainer: its step time on all cores while the validator works without pause,
// against its step time alone; rounds take turns in one run. The example, its own detector, batch 16 at 128 pixels.
// Usage: node test/bench/beside.mjs [--rounds N] [--steps N]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { record } from './rows.mjs';
import { openBenchSession } from './train-session.mjs';
import { startValidator } from './validator-process.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, steps: { type: 'string', default: '20' } },
});
const [rounds, steps] = [Number(values.rounds), Number(values.steps)];
const [imgsz, batch, classes] = [128, 16, 6];
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-bench-'));
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

const trainer = await openBenchSession({ size: 'nano', classes, imgsz, batch });
const data = {
  images: Uint8Array.from({ length: batch * 3 * imgsz * imgsz }, (_, i) => (i * 2654435761) % 251),
  targets: { image: [0, 1], class: [0, 1], boxes: [0.5, 0.5, 0.1, 0.1, 0.3, 0.3, 0.1, 0.2] },
};
const rates = { lr: { weights: 0.01, norm: 0.01, bias: 0.01 }, momentum: 0.9 };

async function stepMs() {
  const times = [];
  for (let i = 0; i < steps; i++) {
    // As in the trainer's loop: the event loop handles what has arrived between steps.
    await new Promise((resolve) => setImmediate(resolve));
    const start = performance.now();
    await trainer.step(data, rates);
    times.push(performance.now() - start);
  }
  return median(times);
}

await stepMs();
execFileSync(process.execPath, [path.join(root, 'dist/cli.js'), 'init', folder]);
const model = path.join(folder, 'model.onnx');
writeFileSync(model, await trainer.exportOnnx({ names: ['a', 'b', 'c', 'd', 'e', 'f'] }));
const validator = startValidator();
const request = { model, data: path.join(folder, 'data.yaml'), device: 'cpu', batch: 64 };
await validator.validate(request);

/** Validates again and again until told to stop; returns how often. */
function validateOn() {
  let goesOn = true;
  const done = (async () => {
    let count = 0;
    for (; goesOn; count++) await validator.validate(request);
    return count;
  })();
  return () => {
    goesOn = false;
    return done;
  };
}

const alone = [];
const beside = [];
let validations = 0;
for (let i = 0; i < rounds; i++) {
  alone.push(await stepMs());
  const stop = validateOn();
  beside.push(await stepMs());
  validations += await stop();
}
validator.stop();
await trainer.dispose();
rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
const ratio = median(beside.map((ms, i) => ms / alone[i]));
console.log(
  `${os.cpus().length} cores, load ${os.loadavg()[0].toFixed(1)}, ${rounds} rounds of ${steps} steps in turns`,
);
record('a step beside the validator over one alone', ratio, 'x');
console.log(
  `step alone ${median(alone).toFixed(1)} ms, beside the validator ${median(beside).toFixed(1)} ms: ${ratio.toFixed(2)} x`,
);
console.log(`${validations} validations meanwhile`);
