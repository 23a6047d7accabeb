import { existsSync } from 'node:fs';
import { mkdtemp, statfs } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { sleep } from '../../base/async';
import { nearestName } from '../../base/suggest';
import { wordsOf } from '../../base/worded-error';
import { quoted, type Words, words } from '../../base/words';
import { formatBytes } from '../../domain/display/format';
import { jobScript, sbatchArguments } from '../../domain/targets/slurm-arguments';
import type { SlurmSettings } from '../../domain/targets/target-keys';
import { makeFolder } from '../../run/folder/make-folder';
import { removeTree } from '../../run/folder/remove';
import { readJsonFile } from '../../run/folder/whole-file';
import { writeWhole } from '../../run/folder/write-file';
import { nodeOf } from '../process/run-environment';
import { askSlurm } from './slurm';

/** One line of what was found; `fix`: what to do, if it is not as it should be. */
export type Finding = { readonly ok: boolean; readonly said: Words; readonly fix?: Words };

export type CheckOptions = {
  readonly installDir: string;
  /** Folder that runs of the target would be made in. */
  readonly runs: string;
  /** How long a job of a second may wait. */
  readonly patienceMs?: number;
};

/** Whether runs can be handed over to a cluster: each finding as it is known. What depends on one that failed is left out. */
export async function* checkSlurm(settings: SlurmSettings, options: CheckOptions): AsyncGenerator<Finding> {
  const version = await tried(() => askSlurm('sinfo', ['--version']));
  yield version.ok ? { ok: true, said: quoted(version.value.trim()) } : failedAs(version.said, INSTALL);
  if (!version.ok) return;
  const listed = await tried(() => askSlurm('sinfo', ['-h', '-o', '%R|%a|%G|%D']));
  if (!listed.ok) {
    yield failedAs(listed.said, words('ask the administrators, or try again later'));
    return;
  }
  const partition = partitionOf(listed.value, settings);
  yield partition;
  const accounting = await tried(() => askSlurm('sacct', ['-n', '-X', '-S', 'now']));
  yield accounting.ok
    ? { ok: true, said: words('sacct answers') }
    : { ok: true, said: words('there is no accounting: how a job ended is known for some minutes only') };
  yield await spaceOf(options.runs);
  if (partition.ok) yield* bothSides(settings, options);
}

const INSTALL = words('run Pitwall on a login node of the cluster, with sbatch on PATH');

type Tried = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly said: Words };

async function tried(ask: () => Promise<string>): Promise<Tried> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    return { ok: false, said: wordsOf(error) };
  }
}

const failedAs = (said: Words, fix: Words): Finding => ({ ok: false, said, fix });

function partitionOf(listed: string, { partition, gpus }: SlurmSettings): Finding {
  const rows = listed.split('\n').map((line) => line.trim().split('|'));
  const names = [...new Set(rows.flatMap(([name = '']) => (name === '' ? [] : [name])))];
  if (partition === undefined) return { ok: true, said: words('partitions: {0}', names.join(', ')) };
  const own = rows.filter(([name]) => name === partition);
  if (own.length === 0) {
    const near = nearestName(partition, names) ?? names.join(', ');
    return failedAs(words('there is no partition {0}', partition), quoted(`partition: ${near}`));
  }
  if (!own.some(([, state]) => state === 'up'))
    return failedAs(words('partition {0} is not up', partition), words('name another one, or wait'));
  const offered = [...new Set(own.map(([, , gres = '']) => gres))].join(', ');
  if (gpus !== undefined && gpus !== '0' && !offered.includes('gpu'))
    return failedAs(
      words('partition {0} has no GPUs', partition),
      words('take gpus out, or name a partition with GPUs'),
    );
  return { ok: true, said: words('partition {0}: {1}', partition, offered) };
}

/** A checkpoint of a large model with its optimizer. */
const LITTLE_BYTES = 2 * 1024 ** 3;

async function spaceOf(runs: string): Promise<Finding> {
  try {
    await makeFolder(runs);
    const { bavail, bsize, ffree, files } = await statfs(runs);
    const free = words('{0}: {1} free', runs, formatBytes(bavail * bsize));
    if (bavail * bsize < LITTLE_BYTES || (files > 0 && ffree < 1000))
      return failedAs(free, words('make room, or have the quota raised'));
    return { ok: true, said: free };
  } catch (error) {
    return failedAs(wordsOf(error), words('runs: a folder that you can write to'));
  }
}

const zProbe = z.object({
  t: z.number(),
  host: z.string(),
  node: z.string(),
  cli: z.boolean(),
  key: z.boolean(),
});

/** What a node of the cluster sees, written by the Node that would run there. */
const PROBE = `
const [file, cli, key] = process.argv.slice(1);
const { existsSync, writeFileSync, renameSync } = require('node:fs');
const seen = { t: Date.now(), host: require('node:os').hostname(), node: process.versions.node, cli: existsSync(cli), key: existsSync(key) };
writeFileSync(file + '.part', JSON.stringify(seen));
renameSync(file + '.part', file);
`;

const PATIENCE_MS = 120_000;
const LOOK_MS = 250;
/** Clocks that are further apart order the events of a run wrongly. */
const MOST_APART_MS = 5000;

/** A job of a second: whether it sees the folder, Node, Pitwall and the user's key, and how far its clock is off. */
async function* bothSides(settings: SlurmSettings, options: CheckOptions): AsyncGenerator<Finding> {
  const { stateFolder } = await import('../../run/folder/state-folder');
  const dir = await mkdtemp(path.join(options.runs, '.pitwall-probe-'));
  const answer = path.join(dir, 'answer.json');
  const key = path.join(stateFolder(), 'key');
  const { program, env } = nodeOf(undefined);
  const cli = path.join(options.installDir, 'cli.js');
  const script = path.join(dir, 'job.sh');
  const argv = [program, '-e', PROBE, answer, cli, key];
  const job = { name: 'pitwall-doctor', id: 'pitwall-doctor', dir, script, argv };
  const args = sbatchArguments({ ...settings, requeue: false, time: '1' }, job);
  try {
    await writeWhole(script, jobScript(settings));
    const sent = await tried(() => askSlurm('sbatch', args, { cwd: dir, env: { ...process.env, ...env } }));
    if (!sent.ok) yield failedAs(sent.said, words('change the target as sbatch says'));
    else yield* judgeProbe({ dir, answer, key, hasKey: existsSync(key), job: sent.value.trim() }, options);
  } finally {
    removeTree(dir, options.runs);
  }
}

type Probe = {
  readonly dir: string;
  readonly answer: string;
  readonly key: string;
  readonly hasKey: boolean;
  readonly job: string;
};

async function* judgeProbe(
  probe: Probe,
  { runs, patienceMs = PATIENCE_MS }: CheckOptions,
): AsyncGenerator<Finding> {
  const { job, key, hasKey } = probe;
  const begun = performance.now();
  let seen = await readProbe(probe);
  while (!seen && performance.now() - begun < patienceMs) {
    await sleep(LOOK_MS);
    seen = await readProbe(probe);
  }
  if (!seen) {
    await tried(() => askSlurm('scancel', [job]));
    const seconds = Math.round(patienceMs / 1000);
    const said = words('a job of a second gave no sign in {0} within {1} s', runs, seconds);
    yield failedAs(
      said,
      words('if it only waits, try again later; else choose a folder that the nodes see: runs'),
    );
    return;
  }
  const { host, node, cli, off } = seen;
  yield { ok: true, said: words('node {0} sees {1}, and runs Node {2}', host, runs, node) };
  if (!cli)
    yield failedAs(
      words('node {0} does not see Pitwall', host),
      words('install it in a folder that the nodes see'),
    );
  if (hasKey && !seen.key)
    yield failedAs(
      words('node {0} does not see {1}', host, key),
      words('set XDG_STATE_HOME to a shared folder'),
    );
  const apart = words('the clocks are {0} s apart', (off / 1000).toFixed(1));
  yield Math.abs(off) < MOST_APART_MS
    ? { ok: true, said: apart }
    : failedAs(apart, words('have them set by NTP'));
}

/** The node's clock against this one's, at the moment at which the answer is seen. */
async function readProbe({ answer }: Pick<Probe, 'answer'>) {
  const read = await readJsonFile(answer, zProbe, { most: 10_000 });
  return read && { ...read, off: read.t - Date.now() };
}
