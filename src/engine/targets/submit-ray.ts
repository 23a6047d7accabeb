import type { EngineJob } from '../../domain/targets/job-script';
import { rayRequest } from '../../domain/targets/ray-request';
import type { RaySettings } from '../../domain/targets/target-keys';
import { stateHome } from '../../run/folder/state-folder';
import { EngineError } from './engine-error';
import { askRay } from './ray';
import { readListed } from './ray-answers';

type RaySubmission = { readonly id: string; readonly env: Readonly<Record<string, string>> };

/** The name of the job that was made; also if the answer to its submission was lost. A cluster does not inherit this environment. */
export async function submitToRay(
  settings: RaySettings,
  job: EngineJob,
  { id, env }: RaySubmission,
): Promise<string> {
  const variables = { ...env, ...stateHome(), PITWALL_JOB: id };
  const body = rayRequest(settings, job, { submission: id, env: variables });
  try {
    await askRay(settings, '/api/jobs/', { method: 'POST', body });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Ray refuses a name that it has with a 500, as whatever else goes wrong there.
    if (!(await isThere(settings, job, id))) throw error;
  }
  return id;
}

async function isThere(settings: RaySettings, job: EngineJob, id: string): Promise<boolean> {
  const answer = await askRay(settings, `/api/jobs/${id}`).catch(() => undefined);
  return readListed(answer)?.runId === job.id;
}
