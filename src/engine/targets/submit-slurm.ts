import { quoted, words } from '../../base/words';
import type { EngineJob } from '../../domain/targets/job-script';
import { sbatchArguments } from '../../domain/targets/slurm-arguments';
import type { SlurmSettings } from '../../domain/targets/target-keys';
import { JOB_NUMBER } from '../../run/job';
import { EngineError, FullError } from './engine-error';
import { askQueue, askSlurm } from './slurm';
import { newestOf, readQueue } from './slurm-answers';

/** The number of the job that was made; also if the answer to its submission was lost. */
export async function submitToSlurm(
  settings: SlurmSettings,
  job: EngineJob,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  try {
    return numberOf(await askSlurm('sbatch', sbatchArguments(settings, job), { cwd: job.dir, env }));
  } catch (error) {
    if (!(error instanceof EngineError) || error instanceof FullError) throw error;
    // Whatever else it says, a job of this run is one: a site's own sbatch may fail, or be ended, after it has made it.
    const found = await findJob(job.id);
    if (found === undefined) throw error;
    return found;
  }
}

function numberOf(printed: string): string {
  // `--parsable` prints "id" or "id;cluster"; a site's own sbatch prints more.
  const lines = printed.split('\n').map((line) => line.trim().split(';', 1)[0]);
  const [id, ...others] = lines.filter((line) => JOB_NUMBER.test(line));
  if (id !== undefined && others.length === 0) return id;
  throw new EngineError(
    words('sbatch did not answer with the number of a job: {0}', quoted(printed.slice(0, 200))),
    false,
  );
}

async function findJob(runId: string): Promise<string | undefined> {
  const answer = await askQueue(Date.now()).catch(() => undefined);
  const rows = answer ? readQueue(answer.own) : [];
  return newestOf(runId, rows)?.id;
}
