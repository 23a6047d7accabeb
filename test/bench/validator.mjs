// Validator against the bare session at the same batch, in alternating rounds of one run; and against Ultralytics' own
// val on the same ONNX file if its environment exists. Prints ratios: only these mean something on a shared machine.
// Usage: node test/bench/validator.mjs [--model M.onnx --data D.yaml] [--batch N] [--rounds N] [--ultralytics]
import { fork, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { getPriority, homedir, setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bareSessionOptions } from '../helpers/bare-session-options.mjs';
import { record } from './rows.mjs';
import { processorSeconds, startValidator } from './validator-process.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const shared = path.resolve(root, '../shared/data');
const ULTRALYTICS = path.join(homedir(), '.cache/pitwall/ultralytics/bin/python');

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    data: { type: 'string', default: path.join(shared, 'voc100_coco80/data.yaml') },
    batch: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    ultralytics: { type: 'boolean', default: false },
    bare: { type: 'string' },
  },
});

/** The session alone: the same options, one batch of random numbers, run again and again. Runs in a process of its own. */
async function bareSession({ model, dims, images }) {
  setPriority(getPriority() + 10);
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(model, bareSessionOptions(['cpu']));
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, Math.random);
  const feeds = { [session.inputNames[0]]: new Tensor('float32', data, dims) };
  await session.run(feeds);
  process.on('message', async () => {
    const start = performance.now();
    for (let done = 0; done < images; done += dims[0]) await session.run(feeds, [session.outputNames[0]]);
    process.send({ seconds: (performance.now() - start) / 1000 });
  });
  process.send({ ready: true });
}

const answerOf = (child) => new Promise((resolve) => child.once('message', resolve));

async function startBare(spec) {
  const child = fork(process.argv[1], ['--bare', JSON.stringify(spec)]);
  await answerOf(child);
  return {
    run: () => {
      child.send('go');
      return answerOf(child);
    },
    processor: () => processorSeconds(child.pid),
    stop: () => child.kill(),
  };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

async function compare(model) {
  const validator = startValidator();
  const params = {
    model,
    data: values.data,
    device: 'cpu',
    rect: 'off',
    batch: values.batch ? Number(values.batch) : 'auto',
  };
  const { report: first } = await validator.validate(params);
  const dims = [first.batch, 3, first.imgsz, first.imgsz];
  const bare = await startBare({ model, dims, images: first.images });
  const rounds = [];
  const before = [bare.processor(), validator.processor()];
  for (let i = 0; i < Number(values.rounds); i++) {
    const alone = (await bare.run()).seconds;
    const { report } = await validator.validate(params);
    rounds.push({ alone, run: report.seconds.run, total: report.seconds.total });
  }
  const [alone, whole] = [bare.processor() - before[0], validator.processor() - before[1]];
  bare.stop();
  validator.stop();
  const ips = (key) => first.images / median(rounds.map((r) => r[key]));
  const ratio = (key) => median(rounds.map((r) => r.alone / r[key]));
  console.log(
    `${path.basename(model)}: batch ${first.batch}, ${first.imgsz} pixels, ${first.images} images, ${rounds.length} rounds`,
  );
  const batched = `${path.basename(model)}, batch ${first.batch}`;
  record(`${batched}: validator over the bare session`, 100 * ratio('run'), '%', '95');
  record(`${batched}: whole validation over the bare session`, 100 * ratio('total'), '%');
  record(`${batched}: validator`, ips('run'), 'images/s');
  console.log(`  bare session       ${ips('alone').toFixed(1)} images/s`);
  console.log(
    `  validator          ${ips('run').toFixed(1)} images/s, ${(100 * ratio('run')).toFixed(1)} % of the session (reading, preparing, NMS)`,
  );
  console.log(
    `  whole validation   ${ips('total').toFixed(1)} images/s, ${(100 * ratio('total')).toFixed(1)} % (with model loading and metrics)`,
  );
  console.log(
    `  processor time     ${(100 * (alone / whole)).toFixed(1)} % of the whole validation's is the session's (bare ${alone.toFixed(2)} s, validator ${whole.toFixed(2)} s)`,
  );
  return { total: median(rounds.map((r) => r.total)), images: first.images, imgsz: first.imgsz };
}

const VAL = `
import sys, time
from ultralytics import YOLO
model, data, imgsz, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
start = time.time()
metrics = YOLO(model, task="detect").val(data=data, imgsz=imgsz, batch=1, device="cpu", plots=False, verbose=False, project=out)
print("RESULT", time.time() - start, metrics.box.map)
`;

// Ultralytics writes a cache beside the labels: it gets a copy of the data set.
function compareUltralytics(model, { total, images, imgsz }) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'pitwall-bench-'));
  cpSync(path.dirname(path.resolve(values.data)), path.join(scratch, 'data'), { recursive: true });
  const data = path.join(scratch, 'data', path.basename(values.data));
  const env = { ...process.env, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' };
  const args = ['-c', VAL, model, data, String(imgsz), scratch];
  const { stdout, stderr } = spawnSync(ULTRALYTICS, args, { cwd: scratch, env, encoding: 'utf8' });
  rmSync(scratch, { recursive: true });
  const result = /RESULT (\S+) (\S+)/.exec(stdout);
  if (!result) {
    console.log(`  Ultralytics' val did not run: ${stderr.trim().split('\n').at(-1)}`);
    return;
  }
  const seconds = Number(result[1]);
  console.log(
    `  Ultralytics' val   ${(images / seconds).toFixed(1)} images/s, mAP ${Number(result[2]).toFixed(4)}; the validator is ${(seconds / total).toFixed(2)} x as fast`,
  );
}

if (values.bare) await bareSession(JSON.parse(values.bare));
else {
  const found = values.model
    ? [values.model]
    : ['fastestdet.onnx', 'yolov8n_int8.onnx'].map((name) => path.join(shared, 'models', name));
  const models = found.filter((file) => existsSync(file));
  if (models.length === 0) console.log('validator: no model (give --model and --data)');
  for (const model of models) {
    const own = await compare(path.resolve(model));
    if (existsSync(ULTRALYTICS) && (values.ultralytics || model.includes('yolov8')))
      compareUltralytics(model, own);
  }
}
