import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { WordedError } from '../../base/worded-error';
import { quoted, type Words, words } from '../../base/words';
import { askProgram } from '../../run/folder/ask-program';
import { findProgram } from '../../run/folder/find-program';
import { stateFolder } from '../../run/folder/state-folder';
import { readJsonFile, writeJson } from '../../run/folder/whole-file';
import { QUEUE_FORMAT } from './slurm-answers';

/** Slurm refused, or could not be asked; `isPassing`: its controller may answer later. */
export class SlurmError extends WordedError {
  override name = 'SlurmError';

  constructor(
    said: Words,
    readonly isPassing: boolean,
  ) {
    super(said);
  }
}

/** A program of Slurm was ended because no answer came. */
class SilentError extends SlurmError {}

const ANSWERS_WITHIN_MS = 60_000;
const PASSING =
  /unable to contact slurm controller|timed out|connection refused|zero bytes|backup controller/i;
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
    throw new SlurmError(
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
  throw new SlurmError(words('{0}: {1}', name, quoted(said.slice(0, 500))), PASSING.test(said));
}

const zQueueAnswer = z.object({ t: z.number(), own: z.string(), pending: z.string() });
export type QueueAnswer = z.infer<typeof zQueueAnswer>;

/** A busy controller serves all users of a cluster: so often all processes of this user ask it, together. */
export const ASKED_EVERY_MS = 20_000;

/** A list of runs does not wait a minute for a controller that hangs. */
const LOOKING = { timeoutMs: 10_000 } as const;
/** A controller that did not answer is not asked again for so long: each list of runs would wait those ten seconds. */
const SILENT_MS = 60_000;
const zSilence = z.object({ t: z.number() });

/**
 * All jobs of this user, in one call, and what waits before those that wait. An answer is shared by all processes of the user
 * until it is too old; so is that none came.
 */
export async function askQueue(olderThan = ASKED_EVERY_MS): Promise<QueueAnswer> {
  const file = answerFile();
  const known = await readJsonFile(file, zQueueAnswer, { most: MOST_BYTES });
  const age = Date.now() - (known?.t ?? 0);
  if (known && age >= 0 && age < olderThan) return known;
  await requireAnswering();
  return noteSilence(askAnew(file));
}

async function askAnew(file: string): Promise<QueueAnswer> {
  const t = Date.now();
  const own = await askSlurm('squeue', ['--me', '-h', '-t', 'all', '-o', QUEUE_FORMAT], LOOKING);
  const waits = own.includes('|PENDING|');
  const pending = waits ? await askSlurm('squeue', ['-h', '-t', 'PENDING', '-o', QUEUE_FORMAT], LOOKING) : '';
  const answer = { t, own, pending };
  await writeJson(file, answer);
  return answer;
}

async function requireAnswering(): Promise<void> {
  const silent = await readJsonFile(answerFile('-silent'), zSilence, { most: MOST_BYTES });
  const age = Date.now() - (silent?.t ?? 0);
  if (age < 0 || age >= SILENT_MS) return;
  throw new SlurmError(
    words(
      'squeue did not answer {0} s ago, and is not asked again before {1} s have gone by',
      Math.round(age / 1000),
      SILENT_MS / 1000,
    ),
    true,
  );
}

/** When a controller kept silent, for those who ask next. What it refused is asked again. */
async function noteSilence(asked: Promise<QueueAnswer>): Promise<QueueAnswer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SilentError) await writeJson(answerFile('-silent'), { t: Date.now() });
    throw error;
  }
}

/** One for each cluster that this user's environment names. */
function answerFile(kind = ''): string {
  const { SLURM_CONF = '', SLURM_CLUSTERS = '' } = process.env;
  const cluster = createHash('sha256').update(`${SLURM_CONF}\0${SLURM_CLUSTERS}`).digest('hex').slice(0, 12);
  return path.join(stateFolder(), `slurm-${cluster}${kind}.json`);
}
