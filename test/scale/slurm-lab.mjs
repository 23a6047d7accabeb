// A Slurm of one node, installed from Debian packages if it is not there, with its own key, controller and node daemon in a scratch
// folder.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openFolder, openWork } from './lab.mjs';

const script = path.join(import.meta.dirname, 'slurm-lab.sh');
const PROGRAMS = ['slurmctld', 'slurmd', 'munged', 'sbatch'];

const has = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;

/** Why there is none, after it was tried. */
export function whyNone() {
  if (process.platform !== 'linux') return 'Slurm is a program of Linux';
  if (process.getuid() !== 0) return 'its daemons need root here';
  if (PROGRAMS.every(has)) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  const asked = ['install', '-y', '-qq', '--no-install-recommends', 'slurm-wlm', 'munge'];
  spawnSync('apt-get', asked, { env, stdio: 'ignore' });
  return PROGRAMS.every(has) ? undefined : 'slurm-wlm and munge cannot be installed (apt-get)';
}

/** Starts Slurm, and writes the example with a sweep and the targets of the checks. */
export async function openLab() {
  const folder = openFolder(path.join(os.tmpdir(), 'pitwall-scale-'));
  const { dir, at } = folder;
  // munged wants its socket to be reachable by all.
  chmodSync(dir, 0o755);
  const conf = at('slurm/etc/slurm.conf');
  const env = { SLURM_CONF: conf, SLURM_LAB_PORT: String(folder.port) };
  const lab = (verb) =>
    spawnSync('bash', [script, verb, at('slurm')], { env: { ...process.env, ...env }, encoding: 'utf8' });
  const started = lab('start');
  if (started.status !== 0) throw new Error(`Slurm did not start: ${started.stdout}${started.stderr}`);
  const work = openWork(folder, { env, targets: TARGETS, daemons: /slurmctld|slurmd|munged|slurmstepd/ });
  return {
    ...work,
    slurm: (name, args) => spawnSync(name, args, { env: work.env, encoding: 'utf8' }).stdout.trim(),
    kill: (daemon) => process.kill(Number(readFileSync(at(`slurm/run/${daemon}.pid`), 'utf8')), 'SIGKILL'),
    savedAt: () => statSync(at('slurm/spool/ctld/job_state')).mtimeMs,
    restart: (daemon) => spawnSync(daemon, ['-f', conf], { env: work.env, stdio: 'ignore' }),
    close() {
      lab('stop');
      work.close();
    },
  };
}

const TARGETS = `gpu: { kind: slurm, partition: main, gpus: 1, cpus: 1, time: 30 }
both: { kind: slurm, partition: main, gpus: 2, cpus: 1, time: 30 }
spare: { kind: slurm, partition: spare, gpus: 2, cpus: 1, time: 30 }
short: { kind: slurm, partition: main, gpus: 1, cpus: 1, time: 2, grace: 60 }
`;
