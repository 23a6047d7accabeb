import { shellQuoted } from '../../base/shell-quoted';
import type { EngineJob } from './job-script';
import type { RaySettings } from './target-keys';

/** The body of `POST /api/jobs/`. https://docs.ray.io/en/latest/cluster/running-applications/job-submission/api.html */
export type RayRequest = {
  readonly submission_id: string;
  readonly entrypoint: string;
  readonly entrypoint_num_cpus: number;
  readonly entrypoint_num_gpus?: number;
  /** Bytes. */
  readonly entrypoint_memory?: number;
  readonly runtime_env: { readonly env_vars: Readonly<Record<string, string>> };
  readonly metadata: Readonly<Record<string, string>>;
};

/** The key of a job's metadata that holds the id of its run. */
export const RUN_OF_JOB = 'pitwall_run';

/**
 * A run as a job of Ray. Its entrypoint is a line of shell: every word of it is in single quotes, which no shell reads. Variables
 * are words of it too, as Ray expands ${NAME} in those of `env_vars`.
 */
export function rayRequest(
  settings: RaySettings,
  job: EngineJob,
  { submission, env }: { readonly submission: string; readonly env: Readonly<Record<string, string>> },
): RayRequest {
  const { gpus = '0', cpus = 1, memory, grace } = settings;
  const variables = {
    ...env,
    // A job without resources of its own sees all GPUs of its node.
    ...(gpus === '0' && { CUDA_VISIBLE_DEVICES: '' }),
  };
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const argv = ['/bin/bash', job.script, 'env', ...assigned, ...job.argv];
  return {
    submission_id: submission,
    entrypoint: ['exec', ...argv.map(shellQuoted)].join(' '),
    entrypoint_num_cpus: cpus,
    ...(gpus !== '0' && { entrypoint_num_gpus: Number(gpus) }),
    ...(memory !== undefined && { entrypoint_memory: bytesOf(memory) }),
    // Read by what stops the job; three seconds are too few for a checkpoint.
    runtime_env: { env_vars: { RAY_JOB_STOP_WAIT_TIME_S: String(grace) } },
    metadata: { [RUN_OF_JOB]: job.id, job_name: job.name },
  };
}

const UNITS = ['K', 'M', 'G', 'T'];

/** Of a size as Slurm reads it: without a unit in MiB. */
export function bytesOf(size: string): number {
  const [, count, unit = 'M'] = /^(\d+)([KMGT])?$/i.exec(size) ?? [];
  return Number(count) * 1024 ** (UNITS.indexOf(unit.toUpperCase()) + 1);
}
