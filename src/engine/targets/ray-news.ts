import type { RaySettings } from '../../domain/targets/target-keys';
import { type JobFile, SUBMITTED_WITHIN_MS } from '../../run/job';
import { EngineError } from './engine-error';
import { type JobNews, LISTED_WITHIN_MS, type OpenJob } from './job-news';
import { askRayJobs, type RayAnswer, rayOf } from './ray';

/** What each cluster says of these jobs, all of one in one call. A cluster that does not answer says nothing. */
export async function rayNews(open: readonly OpenJob[], since: number): Promise<readonly JobNews[]> {
  const found = await Promise.all(
    clustersOf(open).map(async ({ place, jobs }) => {
      const answer = await askRayJobs(place, since).catch(silence);
      return answer ? jobs.flatMap((of) => newsOf(of, answer)) : [];
    }),
  );
  return found.flat();
}

function silence(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
}

type Cluster = { readonly place: RaySettings; readonly jobs: OpenJob[] };

/** A job of a target that is no longer one is not asked about. */
function clustersOf(open: readonly OpenJob[]): readonly Cluster[] {
  const places = new Map<string, RaySettings | undefined>();
  const clusters = new Map<string, Cluster>();
  for (const of of open) {
    const key = `${of.run.cwd}\0${of.job.target}`;
    if (!places.has(key)) places.set(key, rayOf(of.job.target, of.run.cwd));
    const place = places.get(key);
    if (!place) continue;
    const cluster = clusters.get(place.address) ?? { place, jobs: [] };
    cluster.jobs.push(of);
    clusters.set(place.address, cluster);
  }
  return [...clusters.values()];
}

function newsOf(of: OpenJob, { t, rows }: RayAnswer): readonly JobNews[] {
  const row = rows.find(({ id, runId }) => id === of.job.id && runId === of.run.id);
  if (row) return [{ of, state: row.state, t }];
  return isMissing(of.job, t) ? [{ of, state: { kind: 'gone' }, t }] : [];
}

/** The answer must be newer than the job, whose submission may have been cut short. A head that was started anew knows none. */
function isMissing({ submitted, state }: JobFile, t: number): boolean {
  return t > submitted + (state.kind === 'submitting' ? SUBMITTED_WITHIN_MS : LISTED_WITHIN_MS);
}
