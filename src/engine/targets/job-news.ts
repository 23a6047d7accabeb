import type { RunFile } from '../../run/files';
import type { JobFile, JobState } from '../../run/job';

/** A job that may not have ended, as far as its run's folder says. */
export type OpenJob = {
  readonly dir: string;
  readonly run: Pick<RunFile, 'id' | 'cwd'>;
  readonly job: JobFile;
};

/** What its engine says of it. */
export type JobNews = {
  readonly of: OpenJob;
  readonly id?: string;
  readonly state: JobState;
  /** When it was asked. */
  readonly t: number;
};

/** With room for an engine that is slow to list a new job. */
export const LISTED_WITHIN_MS = 5000;
