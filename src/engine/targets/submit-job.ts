import path from 'node:path';
import { sleep } from '../../base/async';
import { quoted, words } from '../../base/words';
import { jobScript, sbatchArguments } from '../../domain/targets/slurm-arguments';
import type { SlurmSettings } from '../../domain/targets/target-keys';
import { requireActable } from '../../run/folder/ownership';
import { runPaths } from '../../run/folder/paths';
import { removeFile } from '../../run/folder/remove';
import { writeWhole } from '../../run/folder/write-file';
import { JOB_NUMBER, type JobFile } from '../../run/job';
import { nodeOf } from '../process/run-environment';
import { readJob, writeJob } from './job-file';
import { askQueue, askSlurm, SlurmError } from './slurm';
import { newestOf, readQueue } from './slurm-answers';

export type SubmitOptions = {
  readonly installDir: string;
  readonly nodePath?: string;
  /** What the job's keeper alone takes from its environment. */
  readonly keeperEnv?: Readonly<Record<string, string>>;
  /** Wait for a controller that does not answer: a sweep of days outlives its restart. */
  readonly patient?: boolean;
};

/**
 * Hands a run over to Slurm: the job begins it, or goes on with it. What is written first finds the job again if this process
 * dies in between. Throws one line if Slurm refuses it; then everything is as it was.
 */
export async function submitJob(dir: string, settings: SlurmSettings, options: SubmitOptions): Promise<void> {
  const run = await requireActable(dir);
  const { program, env } = nodeOf(options.nodePath);
  const script = runPaths(dir).jobScript;
  await writeWhole(script, jobScript(settings), { root: dir });
  const before = await readJob(dir);
  const now = Date.now();
  const job: JobFile = {
    ...{ format: 1, kind: 'slurm', target: settings.name, submitted: now },
    ...{ state: { kind: 'submitting' }, since: now },
  };
  await writeJob(dir, job);
  const argv = [program, path.join(options.installDir, 'cli.js'), ...inJob(dir)];
  const args = sbatchArguments(settings, { name: run.name, id: run.id, dir, script, argv });
  const environment = { ...process.env, ...env, ...threads(settings), ...options.keeperEnv };
  try {
    const id = await handOver({ args, dir, environment, runId: run.id }, options.patient === true);
    await noteNumber(dir, job, id);
  } catch (error) {
    if (before) await writeJob(dir, before);
    else removeFile(runPaths(dir).job);
    throw error;
  }
}

/** The job may have begun already, and have written so. */
async function noteNumber(dir: string, job: JobFile, id: string): Promise<void> {
  const now = await readJob(dir);
  const begun = now && now.state.kind !== 'submitting' ? now : undefined;
  await writeJob(dir, { ...job, state: { kind: 'queued', reason: 'Priority' }, ...begun, id });
}

/** What the job runs: begins the run or goes on with it, and ends with the job. */
const inJob = (dir: string): readonly string[] => ['train', '--resume', dir, '--resume-or-start', '--leash'];

/** A node may show a job more cores than it has. */
function threads({ cpus }: SlurmSettings): Readonly<Record<string, string>> {
  return cpus === undefined ? {} : { PITWALL_THREADS: String(cpus), OMP_NUM_THREADS: String(cpus) };
}

type HandOver = {
  readonly args: readonly string[];
  readonly dir: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly runId: string;
};

const TRIED_EVERY_MS = 10_000;
const MOST_TRIES = 90;

async function handOver(order: HandOver, patient: boolean): Promise<string> {
  for (let tries = patient ? MOST_TRIES : 1; ; tries--) {
    const answer = await tryToHandOver(order);
    if (typeof answer === 'string') return answer;
    if (tries === 1) throw answer;
    await sleep(TRIED_EVERY_MS);
  }
}

/** An answer that was lost does not make a second job. */
async function tryToHandOver({ args, dir, environment, runId }: HandOver): Promise<string | SlurmError> {
  try {
    return numberOf(await askSlurm('sbatch', args, { cwd: dir, env: environment }));
  } catch (error) {
    if (!(error instanceof SlurmError && error.isPassing)) throw error;
    return (await findJob(runId)) ?? error;
  }
}

function numberOf(printed: string): string {
  // `--parsable` prints "id" or "id;cluster".
  const id = printed.trim().split('\n').at(-1)?.split(';', 1)[0] ?? '';
  if (JOB_NUMBER.test(id)) return id;
  throw new SlurmError(
    words('sbatch did not answer with the number of a job: {0}', quoted(printed.slice(0, 200))),
    false,
  );
}

async function findJob(runId: string): Promise<string | undefined> {
  const answer = await askQueue(0).catch(() => undefined);
  const rows = answer ? readQueue(answer.own) : [];
  return newestOf(runId, rows)?.id;
}
