import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { sleep } from '../../base/async';
import { type EngineJob, jobScript } from '../../domain/targets/job-script';
import type { EngineSettings } from '../../domain/targets/target-keys';
import { requireActable } from '../../run/folder/ownership';
import { runPaths } from '../../run/folder/paths';
import { removeFile } from '../../run/folder/remove';
import { writeWhole } from '../../run/folder/write-file';
import type { JobFile } from '../../run/job';
import { nodeOf } from '../process/run-environment';
import { EngineError, FullError } from './engine-error';
import { readJob, writeJob } from './job-file';
import { WAITING } from './ray-answers';
import { submitToRay } from './submit-ray';
import { submitToSlurm } from './submit-slurm';

export type SubmitOptions = {
  readonly installDir: string;
  readonly nodePath?: string;
  /** What the job's keeper alone takes from its environment. */
  readonly keeperEnv?: Readonly<Record<string, string>>;
  /** Asked whether to wait for an engine that does not answer or takes no more jobs now: a sweep of days outlives both. */
  readonly isPatient?: (why: EngineError) => boolean;
};

/**
 * Hands a run over to an engine: the job begins it, or goes on with it. What is written first finds the job again if this process
 * dies in between. Throws one line if the engine refuses it; then everything is as it was.
 */
export async function submitJob(
  dir: string,
  settings: EngineSettings,
  options: SubmitOptions,
): Promise<void> {
  const run = await requireActable(dir);
  const { program, env } = nodeOf(options.nodePath);
  const script = runPaths(dir).jobScript;
  await writeWhole(script, jobScript(settings), { root: dir });
  const before = await readJob(dir);
  const now = Date.now();
  const job: JobFile = {
    ...{ format: 1, kind: settings.kind, target: settings.name, submitted: now },
    ...(settings.kind === 'ray' && { id: `pitwall-${randomUUID()}` }),
    ...{ state: { kind: 'submitting' }, since: now },
  };
  await writeJob(dir, job);
  const argv = [program, path.join(options.installDir, 'cli.js'), ...inJob(dir)];
  const order = { name: run.name, id: run.id, dir, script, argv };
  const variables = { ...env, ...threads(settings) };
  try {
    const submit = submission(settings, order, { ...options, variables, job });
    await noteNumber(dir, job, await handOver(submit, options.isPatient));
  } catch (error) {
    if (before) await writeJob(dir, before);
    else removeFile(runPaths(dir).job);
    throw error;
  }
}

type SubmitContext = SubmitOptions & {
  readonly variables: Readonly<Record<string, string>>;
  readonly job: JobFile;
};

/** One try of it: returns the number or name of the job. An answer that was lost does not make a second one. */
function submission(
  settings: EngineSettings,
  order: EngineJob,
  context: SubmitContext,
): () => Promise<string> {
  const { variables, keeperEnv, job } = context;
  if (settings.kind === 'ray')
    return () => submitToRay(settings, order, { id: job.id ?? '', env: variables });
  const environment = { ...process.env, ...variables, ...keeperEnv, PITWALL_JOB: undefined };
  return () => submitToSlurm(settings, order, environment);
}

/** The job may have begun already, and have written so. */
async function noteNumber(dir: string, job: JobFile, id: string): Promise<void> {
  const now = await readJob(dir);
  const begun = now && now.state.kind !== 'submitting' ? now : undefined;
  const reason = job.kind === 'ray' ? WAITING : 'Priority';
  await writeJob(dir, { ...job, state: { kind: 'queued', reason }, ...begun, id });
}

/** What the job runs: begins the run or goes on with it, and ends with the job. */
const inJob = (dir: string): readonly string[] => ['train', '--resume', dir, '--resume-or-start', '--leash'];

/** A node may show a job more cores than it has. */
function threads({ cpus }: EngineSettings): Readonly<Record<string, string>> {
  return cpus === undefined ? {} : { PITWALL_THREADS: String(cpus), OMP_NUM_THREADS: String(cpus) };
}

const TRIED_EVERY_MS = 10_000;
const MOST_TRIES = 90;
const LOOK_MS = 200;

async function handOver(
  submit: () => Promise<string>,
  isPatient: SubmitOptions['isPatient'] = () => false,
): Promise<string> {
  // What takes no more jobs may do so for days; what does not answer is given up.
  for (let silent = 0; ; ) {
    const answer = await submit().catch(passing);
    if (typeof answer === 'string') return answer;
    silent += answer instanceof FullError ? 0 : 1;
    if (silent === MOST_TRIES) throw answer;
    await pause(answer, isPatient);
  }
}

/** Throws what is waited for as soon as that is not wanted any more. */
async function pause(why: EngineError, isPatient: (why: EngineError) => boolean): Promise<void> {
  for (let waited = 0; waited < TRIED_EVERY_MS; waited += LOOK_MS) {
    if (!isPatient(why)) throw why;
    await sleep(LOOK_MS);
  }
}

function passing(error: unknown): EngineError {
  if (error instanceof EngineError && error.isPassing) return error;
  throw error;
}
