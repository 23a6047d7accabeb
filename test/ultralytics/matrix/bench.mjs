// What the matrix needs of a run: started through the packaged CLI, its files read as any reader would.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const root = path.resolve(import.meta.dirname, '../../..');
/** The interpreter that `npm run test:ultralytics` makes, unless another one is named; the CLI takes the same. */
export const python = process.env.PITWALL_PYTHON ?? madePython();
process.env.PITWALL_PYTHON = python;
const CLI = path.join(root, 'dist/cli.js');
/** A step of a large model on a busy machine takes its time. */
const LONGEST_WAIT_MS = 900_000;
const LAST_WORDS = 2000;

function madePython() {
  return execFileSync(process.execPath, [path.join(root, 'src/build/python-env.mjs')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

/** Starts the CLI; `done` gives its exit code and what it wrote. */
export function startCli(args, cwd) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.err = (said.err + text).slice(-LAST_WORDS);
  });
  return { done: new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said }))) };
}

export const runCli = (args, cwd) => startCli(args, cwd).done;

export function writeExperiment(dir, name, keys) {
  const file = path.join(dir, `${name}.train.yaml`);
  const lines = Object.entries(keys).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

function linesOf(file) {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return whole.filter((line) => line !== '').map((line) => JSON.parse(line));
}

export const eventsOf = (run, type) =>
  linesOf(path.join(run, 'events.jsonl')).filter((event) => event.type === type);
export const validationsOf = (run) =>
  linesOf(path.join(run, 'validation.jsonl')).filter(({ type }) => type === 'validation');
export const keeperSaid = (run) => linesOf(path.join(run, 'keeper.jsonl'));

/** Waits for a state of the run's files; throws its name if it does not come. */
export async function until(what, condition) {
  const end = Date.now() + LONGEST_WAIT_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(100);
  }
}

/** Whether a state comes within so many milliseconds. */
export async function within(ms, condition) {
  const end = Date.now() + ms;
  while (!condition() && Date.now() < end) await pause(100);
  return condition();
}

/** Processes that carry the id of a run in their environment. */
export function processesOf(run) {
  const { id } = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'));
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && carries(pid, id));
}

function carries(pid, id) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`PITWALL_RUN=${id}`);
  } catch {
    return false; // it ended meanwhile, or is somebody else's
  }
}

/** The preview: LR per group and step, as `pitwall schedule` has it. */
export async function previewOf(file, cwd) {
  const { code, out, err } = await runCli(['schedule', file, '--json'], cwd);
  if (code !== 0) throw new Error(`schedule: ${err}`);
  return JSON.parse(out);
}

/** The largest relative difference of what was applied from `planned(group, step)`. */
export function furthestOff(run, planned) {
  const { groups } = eventsOf(run, 'hello')[0];
  let most = 0;
  for (const { step, lr } of eventsOf(run, 'step'))
    for (const [i, value] of lr.entries()) {
      const wanted = planned(groups[i], step);
      most = Math.max(most, Math.abs(value - wanted) / Math.max(Math.abs(wanted), 1e-12));
    }
  return most;
}

/** Ultralytics' own val of checkpoints, in one process. `asked`: {pt, options}. */
export function ownNumbers(asked, cwd) {
  const out = execFileSync(python, [path.join(import.meta.dirname, 'own_numbers.py')], {
    input: asked.map((line) => `${JSON.stringify(line)}\n`).join(''),
    encoding: 'utf8',
    cwd,
    env: { ...process.env, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The name of a metric of ours -> Ultralytics' own, by task. */
export function ownNames(task) {
  if (task === 'classify') return { map: 'metrics/accuracy_top1', map50: 'metrics/accuracy_top5' };
  const letter = { segment: 'M', pose: 'P' }[task] ?? 'B';
  return {
    map: `metrics/mAP50-95(${letter})`,
    map50: `metrics/mAP50(${letter})`,
    precision: `metrics/precision(${letter})`,
    recall: `metrics/recall(${letter})`,
  };
}

export const lastWords = (text) => text.trim().split('\n').at(-1)?.slice(0, 600) ?? '';
