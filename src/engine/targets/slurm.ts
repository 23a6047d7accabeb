import { createHash } from 'node:crypto';
import * as z from 'zod';
import { quoted, words } from '../../base/words';
import { askProgram } from '../../run/folder/ask-program';
import { findProgram } from '../../run/folder/find-program';
import { EngineError, FullError, SilentError } from './engine-error';
import { LOOKING, recently, shareAnswer } from './shared-answer';
import { QUEUE_FORMAT } from './slurm-answers';

const ANSWERS_WITHIN_MS = 60_000;
const PASSING =
  /unable to contact slurm controller|timed out|connection refused|zero bytes|backup controller/i;
// https://slurm.schedmd.com/resource_limits.html
const FULL = /job submit limit|MaxSubmitJob/i;
const MOST_BYTES = 64 * 1024 * 1024;

export type SlurmProgram = 'sbatch' | 'squeue' | 'sacct' | 'scancel' | 'sinfo' | 'scontrol';

/** What a program of Slurm prints; throws its first line of complaint. */
export async function askSlurm(
  name: SlurmProgram,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {},
): Promise<string> {
  const program = findProgram(name);
  if (program === undefined)
    throw new EngineError(
      words('{0} is not on PATH: this machine is not part of a Slurm cluster', name),
      false,
    );
  const answer = await askProgram(program, args, {
    ...{ timeoutMs: ANSWERS_WITHIN_MS, maxBuffer: MOST_BYTES },
    ...options,
  });
  if (answer.kind === 'answered') return answer.stdout;
  if (answer.kind === 'silent') throw new SilentError(words('{0} does not answer', name), true);
  const lines = answer.stderr.split('\n').map((line) => line.replace(/^\w+: (error: )?/, '').trim());
  // The last line is the general one: "Batch job submission failed".
  const said = lines.filter((line) => line !== '').join('; ') || answer.error.message;
  const complaint = words('{0}: {1}', name, quoted(said.slice(0, 500)));
  throw FULL.test(said) ? new FullError(complaint, true) : new EngineError(complaint, PASSING.test(said));
}

const zQueueAnswer = z.object({ t: z.number(), own: z.string(), pending: z.string() });
export type QueueAnswer = z.infer<typeof zQueueAnswer>;

/** All jobs of this user, in one call, and what waits before those that wait. */
export const askQueue = (since = recently()): Promise<QueueAnswer> =>
  shareAnswer({ name: clusterName(), who: 'squeue', schema: zQueueAnswer, ask: askAnew }, since);

async function askAnew(): Promise<QueueAnswer> {
  const t = Date.now();
  const own = await askSlurm('squeue', ['--me', '-h', '-t', 'all', '-o', QUEUE_FORMAT], LOOKING);
  const waits = own.includes('|PENDING|');
  const pending = waits ? await askSlurm('squeue', ['-h', '-t', 'PENDING', '-o', QUEUE_FORMAT], LOOKING) : '';
  return { t, own, pending };
}

/** One for each cluster that this user's environment names. */
function clusterName(): string {
  const { SLURM_CONF = '', SLURM_CLUSTERS = '' } = process.env;
  const cluster = createHash('sha256').update(`${SLURM_CONF}\0${SLURM_CLUSTERS}`).digest('hex').slice(0, 12);
  return `slurm-${cluster}`;
}
