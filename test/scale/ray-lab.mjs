// A Ray of one node on loopback, with a token, from a Python environment that is made once, in a scratch folder.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { end, openFolder, openWork, processesOfSession, root, until } from './lab.mjs';

let python = '';

/** Why there is none, after it was tried. */
export function whyNone() {
  if (process.platform !== 'linux') return 'its processes are found as Linux shows them';
  const made = spawnSync(process.execPath, [path.join(root, 'src/build/python-env.mjs'), 'ray'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  python = made.stdout.trim();
  return made.status === 0 ? undefined : 'its Python environment cannot be made';
}

/** Starts Ray, and writes the example with a sweep and the target of the checks. */
export async function openLab() {
  // The paths of its sockets have 107 letters at most.
  const folder = openFolder('/tmp/pw-');
  const { at, port } = folder;
  writeFileSync(at('token'), randomBytes(32).toString('hex'), { mode: 0o600 });
  const env = {
    ...{ RAY_USAGE_STATS_ENABLED: '0', RAY_AUTH_MODE: 'token', RAY_AUTH_TOKEN_PATH: at('token') },
    // Otherwise Linux makes the outer address of 127.0.0.1.
    RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER: '0',
  };
  const address = `http://127.0.0.1:${port + 1}`;
  const targets = `gpu: { kind: ray, address: '${address}', gpus: 1, cpus: 1 }\n`;
  const work = openWork(folder, { env, targets, daemons: /\/raylet\/|gcs_server|dashboard|ray start/ });
  const head = await startHead({ at, port, address, env: work.env }, 3);
  return {
    ...{ ...work, python },
    ray: { ...env, RAY_ADDRESS: `127.0.0.1:${port}` },
    /** Processes in which Ray keeps its jobs. */
    supervisors: () => processesOfSession(head).filter((pid) => nameOf(pid).includes('JobSupervisor')),
    /** What Ray says of a job. */
    statusOf: async (job) => (await (await ask({ at, address }, `/api/jobs/${job}`))?.json())?.status,
    async close() {
      await endHead(head);
      work.close();
    },
  };
}

const nameOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

/** On a busy machine the node ends by itself if its agents take more than some seconds to start: then once more. */
async function startHead(lab, tries) {
  const { at, port, env } = lab;
  const log = at(`ray-${tries}.log`);
  const out = openSync(log, 'w');
  const child = spawn(path.join(path.dirname(python), 'ray'), headArguments(port, at('r')), {
    ...{ env, detached: true, stdio: ['ignore', out, out] },
  });
  const isReady = async () => readFileSync(log, 'utf8').includes('will now block') && (await answers(lab));
  await until(async () => child.exitCode !== null || (await isReady()), 'Ray has started', 120);
  if (child.exitCode === null) return child.pid;
  await endHead(child.pid);
  if (tries === 1) throw new Error(`Ray did not start: ${readFileSync(log, 'utf8').slice(-500)}`);
  return startHead(lab, tries - 1);
}

function headArguments(port, dir) {
  const own = [
    'port',
    'dashboard-port',
    'ray-client-server-port',
    'dashboard-agent-listen-port',
    'dashboard-agent-grpc-port',
    'metrics-export-port',
    'runtime-env-agent-port',
    'node-manager-port',
    'object-manager-port',
    'min-worker-port',
  ].map((name, i) => `--${name}=${port + i}`);
  return [
    ...['start', '--head', '--block', '--node-ip-address=127.0.0.1', '--dashboard-host=127.0.0.1', ...own],
    ...[`--max-worker-port=${port + 299}`, '--num-cpus=4', '--num-gpus=2', '--object-store-memory=80000000'],
    `--temp-dir=${dir}`,
  ];
}

const answers = async (lab) => (await ask(lab, '/api/version'))?.ok === true;

/** Undefined if nothing answers. */
function ask({ at, address }, route) {
  const headers = { Authorization: `Bearer ${readFileSync(at('token'), 'utf8')}` };
  return fetch(`${address}${route}`, { headers }).catch(() => undefined);
}

/** Never `ray stop`, which ends everybody's. */
async function endHead(pid) {
  end(pid, 'SIGTERM');
  const isGone = () => processesOfSession(pid).length === 0;
  await until(isGone, 'Ray has ended', 30).catch(() => undefined);
  for (const one of processesOfSession(pid)) end(one);
}
