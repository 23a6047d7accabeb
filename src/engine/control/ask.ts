import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { sleep } from '../../base/async';
import { WordedError } from '../../base/worded-error';
import { withEnglish, words } from '../../base/words';
import { FileTail } from '../../run/folder/file-tail';
import { requireActable } from '../../run/folder/ownership';
import { runPaths } from '../../run/folder/paths';
import { readRun } from '../../run/folder/read';
import { writeJson } from '../../run/folder/whole-file';
import { isOpenJob, jobSentence } from '../../run/job';
import type { KeeperEntry } from '../../run/keeper-entry';
import { parseKeeperLine } from '../../run/parse-entry';
import type { ControlFile, ControlRequest } from '../../run/requests';
import { isOwnJob, readJob } from '../targets/job-file';
import { ensureKeeper, type HostOptions } from './ensure-keeper';
import { stopQueued } from './stop-queued';

export type Answer = Extract<KeeperEntry, { type: 'answer' }>;

/** Writes a request for the run's keeper and returns its id. A keeper must be alive to read it: see `askAndWait`. */
export async function askRun(runDir: string, request: ControlRequest, from: string): Promise<string> {
  await requireActable(runDir);
  const id = randomUUID();
  const file: ControlFile = { id, t: Date.now(), from, request };
  const { control } = runPaths(runDir);
  await writeJson(path.join(control, `${id}.json`), file, { root: runDir });
  return id;
}

/** A rewind is answered once the next attempt has begun: a trainer that loads PyTorch on a busy machine takes minutes. */
export const answerSeconds = ({ type }: Pick<ControlRequest, 'type'>): number =>
  type === 'rewind' ? 600 : 15;

/** The keeper's answer to a request, also if the trainer had to act on it; undefined if none came in time. */
export async function waitAnswer(runDir: string, id: string, timeoutMs: number): Promise<Answer | undefined> {
  const tail = new FileTail(runPaths(runDir).keeper);
  const until = Date.now() + timeoutMs;
  for (;;) {
    const { lines, more } = await tail.read();
    const answer = lines.map(readAnswer).find((a) => a?.id === id);
    if (answer !== undefined || (!more && Date.now() >= until)) return answer;
    if (!more) await sleep(50);
  }
}

function readAnswer(line: string): Answer | undefined {
  const entry = parseKeeperLine(line).value;
  return entry?.type === 'answer' ? entry : undefined;
}

/** Nothing answers for a run whose job waits in the queue of its engine. */
async function refuseQueued(runDir: string): Promise<void> {
  const job = await readJob(runDir);
  if (!job || !isOpenJob(job) || job.state.kind === 'running' || isOwnJob(job)) return;
  const { name } = await readRun(runDir);
  throw new WordedError(words('run {0}: {1}; it can be asked once it has begun', name, jobSentence(job)));
}

/**
 * Writes a request, makes sure that a keeper is there to read it, and waits for the answer. Throws if the run is kept
 * elsewhere.
 */
export async function askAndWait(
  runDir: string,
  request: ControlRequest,
  options: HostOptions & { readonly from: string; readonly timeoutMs?: number },
): Promise<Answer | undefined> {
  if (request.type === 'stop') {
    const said = await stopQueued(runDir);
    if (said) return { type: 'answer', t: Date.now(), id: '', request, ok: true, ...withEnglish(said) };
  } else await refuseQueued(runDir);
  const id = await askRun(runDir, request, options.from);
  await ensureKeeper(runDir, options);
  return waitAnswer(runDir, id, options.timeoutMs ?? answerSeconds(request) * 1000);
}
