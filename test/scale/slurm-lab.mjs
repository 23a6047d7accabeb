// A Slurm of one node, installed from Debian packages if it is not there, with its own key, controller and node daemon in a scratch
// folder, and what the checks do in it.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setInterval as every } from 'node:timers/promises';

const root = path.resolve(import.meta.dirname, '../..');
const cli = path.join(root, 'dist/cli.js');
const script = path.join(import.meta.dirname, 'slurm-lab.sh');
const PROGRAMS = ['slurmctld', 'slurmd', 'munged', 'sbatch'];

const has = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/** Why there is none, after it was tried. */
export function whyNoSlurm() {
  if (process.platform !== 'linux') return 'Slurm is a program of Linux';
  if (process.getuid() !== 0) return 'its daemons need root here';
  if (PROGRAMS.every(has)) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  const asked = ['install', '-y', '-qq', '--no-install-recommends', 'slurm-wlm', 'munge'];
  spawnSync('apt-get', asked, { env, stdio: 'ignore' });
  return PROGRAMS.every(has) ? undefined : 'slurm-wlm and munge cannot be installed (apt-get)';
}

const SMALL = { epochs: 4, batch: 4, imgsz: 64, warmup_epochs: 0, fraction: 0.3 };
const ENDLESS = { epochs: 100_000, validation: false };

/** Starts Slurm, and writes the example with a sweep and the targets of the checks. */
export async function openLab() {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-scale-'));
  // munged wants its socket to be reachable by all.
  chmodSync(dir, 0o755);
  const port = 20_000 + (process.pid % 10_000) * 2;
  const at = (...parts) => path.join(dir, ...parts);
  const conf = at('slurm/etc/slurm.conf');
  const env = { ...process.env, SLURM_CONF: conf, XDG_STATE_HOME: at('state'), SLURM_LAB_PORT: String(port) };
  delete env.SLURM_JOB_ID;
  const lab = (verb) => spawnSync('bash', [script, verb, at('slurm')], { env, encoding: 'utf8' });
  const started = lab('start');
  if (started.status !== 0) throw new Error(`Slurm did not start: ${started.stdout}${started.stderr}`);
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
  writeFileSync(at('state/pitwall/targets.yaml'), TARGETS);
  return {
    dir,
    work,
    env,
    run,
    /** A command that is not waited for. */
    begin: (argv) => spawn(process.execPath, [cli, ...argv], { cwd: work, env, stdio: 'ignore' }),
    slurm: (name, args) => spawnSync(name, args, { env, encoding: 'utf8' }).stdout.trim(),
    kill: (daemon) => process.kill(Number(readFileSync(at(`slurm/run/${daemon}.pid`), 'utf8')), 'SIGKILL'),
    savedAt: () => statSync(at('slurm/spool/ctld/job_state')).mtimeMs,
    restart: (daemon) => spawnSync(daemon, ['-f', conf], { env, stdio: 'ignore' }),
    /** Command lines of processes that belong to a folder of the lab, its daemons aside. */
    left: (folder) => processesOf(path.join(work, folder)),
    close: () => {
      lab('stop');
      for (const { pid } of processesOf(dir)) process.kill(pid, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function withKeys(text, keys) {
  return Object.entries(keys).reduce((all, [key, value]) => {
    const line = new RegExp(`^${key}: .*$`, 'm');
    return line.test(all) ? all.replace(line, `${key}: ${value}`) : `${all}${key}: ${value}\n`;
  }, text);
}

const SWEEP = `experiment: small.train.yaml
trials: 4
search: { lr0: { log: [0.002, 0.1] } }
stop: { rule: halving, grace: 2, reduction: 2, allow_short_grace: true }
`;
const TARGETS = `gpu: { kind: slurm, partition: main, gpus: 1, cpus: 1, time: 30 }
both: { kind: slurm, partition: main, gpus: 2, cpus: 1, time: 30 }
spare: { kind: slurm, partition: spare, gpus: 2, cpus: 1, time: 30 }
short: { kind: slurm, partition: main, gpus: 1, cpus: 1, time: 2, grace: 60 }
`;

function processesOf(folder) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const line = readCommand(pid);
    return line.includes(folder) && !/slurmctld|slurmd|munged|slurmstepd/.test(line)
      ? [{ pid: Number(pid), line }]
      : [];
  });
}

function readCommand(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Waits for a state, not for a time. */
export async function until(isTrue, what, seconds = 180) {
  const end = Date.now() + seconds * 1000;
  for await (const _ of every(250)) {
    if (await isTrue()) return;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
  }
}

export const linesOf = (file) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [];
