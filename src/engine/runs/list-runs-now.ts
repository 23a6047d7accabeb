import { listRuns, type RunListing, type RunSummary } from './list-runs';

/** The runs of a folder; of the user's own that are kept by jobs their engine is asked first, as often as it may be. */
export async function listRunsNow(dir: string): Promise<RunListing> {
  const listing = await listRuns(dir);
  return (await askJobsOf(listing.runs)) ? listRuns(dir) : listing;
}

/** Asks about the jobs of these runs, of those that are the user's own; returns whether one has changed. */
export async function askJobsOf(runs: readonly RunSummary[]): Promise<boolean> {
  const kept = runs.filter(({ run, own }) => own && run.target !== undefined);
  if (kept.length === 0) return false;
  // Few users have a cluster.
  const { pollJobs } = await import('../targets/poll-jobs');
  return pollJobs(kept.map((one) => one.dir));
}
