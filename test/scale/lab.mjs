// A scratch folder with the example, a sweep and the target of the checks, and what they do in it.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setInterval as every } from 'node:timers/promises';

export const root = path.resolve(import.meta.dirname, '../..');
const cli = path.join(root, 'dist/cli.js');

const SMALL = { epochs: 4, batch: 4, imgsz: 64, warmup_epochs: 0, fraction: 0.3 };
const ENDLESS = { epochs: 100_000, validation: false };
const SWEEP = `experiment: small.train.yaml
trials: 4
search: { lr0: { log: [0.002, 0.1] } }
stop: { rule: halving, grace: 2, reduction: 2, allow_short_grace: true }
`;

/** A new folder; its name begins with this. */
export function openFolder(prefix) {
  const dir = mkdtempSync(prefix);
  return { dir, at: (...parts) => path.join(dir, ...parts), port: 20_000 + (process.pid % 100) * 300 };
}

/** The example in it, and what its processes are: `env` is that of the engine, `daemons` are processes of the engine itself. */
export function openWork({ dir, at }, { env: more, targets, daemons }) {
  const env = { ...process.env, XDG_STATE_HOME: at('state'), ...more };
  for (const name of ['SLURM_JOB_ID', 'PITWALL_JOB']) delete env[name];
  const work = at('work');
  mkdirSync(work);
  const run = (argv, cwd = work) =>
    spawnSync(process.execPath, [cli, ...argv], { cwd, env, encoding: 'utf8' });
  run(['init', '.']);
  const example = readFileSync(path.join(work, 'pcb.train.yaml'), 'utf8');
  writeFileSync(path.join(work, 'small.train.yaml'), withKeys(example, SMALL));
  writeFileSync(path.join(work, 'endless.train.yaml'), withKeys(example, { ...SMALL, ...ENDLESS }));
  writeFileSync(path.join(work, 's.sweep.yaml'), SWEEP);
  mkdirSync(at('state/pitwall'), { recursive: true });
  writeFileSync(at('state/pitwall/targets.yaml'), targets);
  const left = (folder) => processesOf(folder).filter(({ line }) => !daemons.test(line));
  return {
    ...{ dir, work, env, run, cli },
    /** A command that is not waited for. */
    begin: (argv) => spawn(process.execPath, [cli, ...argv], { cwd: work, env, stdio: 'ignore' }),
    /** Command lines of processes that belong to a folder of the lab, its daemons aside. */
    left: (folder) => left(path.join(work, folder)),
    close() {
      for (const { pid } of left(dir)) end(pid);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** It may have ended by itself. */
export function end(pid, signal = 'SIGKILL') {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The text of an experiment with other values of its keys. */
export function withKeys(text, keys) {
  return Object.entries(keys).reduce((all, [key, value]) => {
    const line = new RegExp(`^${key}: .*$`, 'm');
    return line.test(all) ? all.replace(line, `${key}: ${value}`) : `${all}${key}: ${value}\n`;
  }, text);
}

const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);

function processesOf(folder) {
  return pids().flatMap((pid) => {
    const line = readOf(pid, 'cmdline').replaceAll('\0', ' ');
    return line.includes(folder) ? [{ pid: Number(pid), line }] : [];
  });
}

const SESSION = 3;

/** The processes of a session, which a daemon and what it starts are. */
export function processesOfSession(session) {
  return pids().flatMap((pid) => {
    const stat = readOf(pid, 'stat');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[SESSION]) === session && fields[0] !== 'Z' ? [Number(pid)] : [];
  });
}

function readOf(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Waits for a state, not for a time. */
export async function until(isTrue, what, seconds = 600) {
  const end = Date.now() + seconds * 1000;
  for await (const _ of every(250)) {
    if (await isTrue()) return;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
  }
}

export const linesOf = (file) => (existsSync(file) ? readLines(file) : []);

const readLines = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** The highest mAP50-95 of a run that was validated; of one whose checkpoints all failed it is 0. */
export const bestMap = (run) =>
  Math.max(
    0,
    ...readLines(path.join(run, 'validation.jsonl'))
      .filter(({ type }) => type === 'validation')
      .map(({ map }) => Number(map) || 0),
  );
