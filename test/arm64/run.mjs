// Pitwall on ARM Linux, through an emulator: `npm run test:arm64`. Usage: node test/arm64/run.mjs
// [PART...], of machine, training, validation. What cannot be made here is skipped aloud. Whole runs are not
// tried: the emulator shows each process another start time than others see, so that every keeper would look dead.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Checks, conclude, equal, includes, until } from '../helpers/checks.mjs';
import { arm, installation, installPitwall, root, whyNot } from './provision.mjs';

const artifacts = path.join(root, 'test/artifacts/arm64');
const STEPS = 8;
/** Another processor adds in another order: seen are 4e-6 for losses and 4e-7 for mAP. */
const LOSS_TOLERANCE = 1e-4;
const MAP_TOLERANCE = 1e-5;
const SMALL = ['--set', 'imgsz=64', '--set', 'device=cpu', '--set', 'validation.device=cpu'];
const FEW = ['--set', 'epochs=1', '--set', 'warmup_epochs=0'];

function call(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit code ${status}\n${stdout}${stderr}`);
  return stdout;
}
const onThis = (...args) => call(process.execPath, [path.join(root, 'dist/cli.js'), ...args]);
const onArm = (...args) => call(arm, [path.join(installation, 'cli.js'), ...args]);

function near(what, actual, expected, tolerance) {
  const difference = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  if (!(difference <= tolerance)) throw new Error(`${what}: ${actual}, on x64 ${expected}`);
  return difference;
}

async function machine(checks) {
  await checks.ok('Node is that of ARM', () => equal(call(arm, ['-p', 'process.arch']).trim(), 'arm64'));
  await checks.ok('doctor: the CPU is usable, and why nothing else is', () => {
    const text = onArm('doctor');
    includes(text, 'linux-arm64');
    includes(text, /cpu +cpu +yes/);
    includes(text, 'onnxruntime publishes no CUDA provider for linux-arm64');
  });
}

/** The numbers of the example after a short training, from one model. */
async function validation(checks, folder) {
  const demo = path.join(folder, 'demo');
  onThis('demo', '--quick', '--dir', demo);
  const run = readdirSync(path.join(demo, 'runs')).find((name) => !name.startsWith('.'));
  const epochs = readdirSync(path.join(demo, 'runs', run, 'checkpoints')).sort();
  const model = path.join(demo, 'runs', run, 'checkpoints', epochs.at(-1), 'model.onnx');
  await checks.ok('validate: mAP as on x64', () => {
    const args = ['validate', model, '--data', path.join(demo, 'data.yaml'), '--device', 'cpu', '--json'];
    const last = (text) => JSON.parse(text.trim().split('\n').at(-1));
    const [ours, theirs] = [last(onArm(...args)), last(onThis(...args))];
    if (!(theirs.map > 0.1)) throw new Error(`the model finds nothing: ${theirs.map}`);
    for (const key of ['map', 'map50', 'map75', 'precision', 'recall'])
      near(key, ours[key], theirs[key], MAP_TOLERANCE);
    console.log(`     ${ours.images} images, mAP50-95 ${ours.map}, on x64 ${theirs.map}`);
  });
}

const stepsOf = (run) => {
  if (!existsSync(path.join(run, 'events.jsonl'))) return [];
  const lines = readFileSync(path.join(run, 'events.jsonl'), 'utf8').split('\n');
  return lines
    .filter((line) => line.includes('"type":"step"') && line.endsWith('}'))
    .map((line) => JSON.parse(line));
};

/** The trainer of the same run, without its keeper. */
async function training(checks, folder) {
  const place = path.join(folder, 'steps');
  onThis('init', place);
  onThis('train', path.join(place, 'pcb.train.yaml'), ...SMALL, ...FEW, '--name', 'x64');
  const [theirs, ours] = ['x64', 'arm64'].map((name) => path.join(place, 'runs', name));
  mkdirSync(ours);
  cpSync(path.join(theirs, 'run.json'), path.join(ours, 'run.json'));
  await checks.ok(`trainer: the losses of ${STEPS} steps as on x64`, async () => {
    const child = spawn(arm, [path.join(installation, 'trainer.js'), ours], { stdio: 'inherit' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const isThere = () => child.exitCode !== null || stepsOf(ours).length >= STEPS;
    await until('steps', isThere).finally(() => child.kill('SIGTERM'));
    await ended;
    const all = [stepsOf(ours), stepsOf(theirs)].map((steps) => steps.slice(0, STEPS));
    equal(all[0].length, STEPS);
    const apart = all[0].map(({ loss }, i) =>
      near(`step ${i}`, loss.total, all[1][i].loss.total, LOSS_TOLERANCE),
    );
    console.log(
      `     last loss ${all[0].at(-1).loss.total}, at most ${Math.max(...apart).toExponential(1)} apart`,
    );
  });
}

const PARTS = { machine, training, validation };

async function main(asked) {
  mkdirSync(artifacts, { recursive: true });
  const why = whyNot();
  if (why !== undefined) {
    console.log(`SKIPPED: ARM through an emulator: ${why}`);
    return 0;
  }
  await installPitwall();
  const checks = new Checks();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-arm64-'));
  try {
    for (const name of asked) await PARTS[name](checks, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return conclude('ARM through an emulator', checks, path.join(artifacts, 'report.json'));
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
if (unknown) throw new Error(`no part ${unknown} (known: ${Object.keys(PARTS).join(', ')})`);
process.exit(await main(asked.length === 0 ? Object.keys(PARTS) : asked));
