import { listRuns, type RunListing, type RunSummary } from './list-runs';

/** The runs of a folder; of the user's own that are kept by jobs their engine is asked first, as often as it may be. */
export async function listRunsNow(dir: string, known?: readonly RunSummary[]): Promise<RunListing> {
  const listing = await listRuns(dir, known);
  const kept = listing.runs.filter(({ run, own }) => own && run.target !== undefined);
  if (kept.length === 0) return listing;
  // Few users have a cluster.
  const { pollJobs } = await import('../targets/poll-jobs');
  return (await pollJobs(kept.map((one) => one.dir))) ? listRuns(dir, listing.runs) : listing;
}
