import path from 'node:path';
import { sleep } from '../../base/async';
import { wordsOf } from '../../base/worded-error';
import { inEnglish, type Words, withEnglish, words } from '../../base/words';
import type { ForeignRecord } from '../../domain/foreign/record';
import type { TrainerEvent } from '../../run/events';
import { isReplaced } from '../../run/folder/attempt-mark';
import { JsonlLog } from '../../run/folder/jsonl-log';
import { runPaths } from '../../run/folder/paths';
import { type AnswerRequest, answerRequests } from './control';
import { ForeignRun } from './foreign-events';
import { OUTPUT_LOG, type Program, type ProgramEnd } from './program';
import { type ReportedEvents, readReported, surviving, unreported } from './reported';
import type { Source, SourceRecord } from './sources/source';

/** A poll that returns fewer records than this has read everything that was written before. */
const CAUGHT_UP = 1000;

type FoundWeights = Extract<ForeignRecord, { kind: 'checkpoint' }>;

export type AdapterOptions = {
  readonly runDir: string;
  readonly attempt: number;
  /** Planned epochs; 0 if not known. */
  readonly epochs: number;
  /** The program was started for this reading, rather than found running. */
  readonly isNew: boolean;
  readonly source: Source;
  readonly pollMs: number;
  readonly accepts: readonly string[];
  readonly answer: AnswerRequest;
  /** Brings an announced checkpoint into the run folder. */
  readonly take: (checkpoint: FoundWeights) => readonly TrainerEvent[];
  readonly onRecords?: (records: readonly SourceRecord[]) => void;
  /** After each poll: checkpoints that no one announced, and whether the run has come to its end. */
  readonly afterPoll?: (run: ForeignRun, reported: ReportedEvents) => readonly TrainerEvent[];
};

/**
 * Reads a foreign program's numbers into events.jsonl until it ends; its exit code is ours. What an earlier adapter of
 * the run reported is not reported again.
 */
export async function adapt(program: Program, options: AdapterOptions): Promise<number> {
  const { runDir, attempt, epochs, accepts, answer, source } = options;
  const file = path.join(runDir, 'events.jsonl');
  const run = new ForeignRun({ trainer: 'command', pid: process.pid, attempt, epochs, accepts });
  const reported = readReported(file);
  const log = new JsonlLog(file);
  const write = (event: TrainerEvent): void => log.append(event);
  const polls = createPolls(run, options, reported);
  let end: ProgramEnd | undefined;
  const ended = program.stopped.then((value) => {
    end = value;
  });
  const fresh = unreported(reported, surviving(await polls.catchUp()));
  if (options.isNew) run.forgetRunner();
  write(run.start(Date.now(), fresh.fromStep));
  fresh.events.forEach(write);
  let asked = false;
  while (end === undefined) {
    if (isReplaced(runPaths(runDir).trainerControl, attempt)) return leaveSilently(program, log);
    (await polls.next()).events.forEach(write);
    const { events, stop } = answerRequests(runDir, {
      answer,
      step: run.lastStep,
      programAnswers: run.runner.answers,
    });
    events.forEach(write);
    asked ||= stop;
    await Promise.race([sleep(options.pollMs), ended]);
  }
  await readOut(polls.next, write);
  asked ||= run.runner.wasStopped;
  const isSilent = !run.hasNumbers && reported.checkpoints.size === 0 && !polls.tookCheckpoint();
  const silence = isSilent && !asked ? await explain(source) : undefined;
  const { event, code } = endOf({ end, asked, run, silence });
  write(event);
  await log.close();
  return code;
}

/** Sources that hold back their last step give it up when nothing new comes. */
async function readOut(next: () => Promise<Poll>, write: (event: TrainerEvent) => void): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const { events, count } = await next();
    events.forEach(write);
    quiet = count === 0 ? quiet + 1 : 0;
  }
}

/** A later attempt of the run was started, perhaps on another machine: the log is its own now. */
async function leaveSilently(program: Program, log: JsonlLog): Promise<number> {
  program.stop();
  await log.close();
  return 0;
}

type Poll = { readonly events: readonly TrainerEvent[]; readonly count: number };

function createPolls(
  run: ForeignRun,
  { source, take, afterPoll, onRecords }: AdapterOptions,
  reported: ReportedEvents,
) {
  const troubles = new Set<string>();
  let taken = false;
  const eventsOf = (record: SourceRecord): readonly TrainerEvent[] => {
    taken ||= record.kind === 'checkpoint';
    return record.kind === 'checkpoint' ? take(record) : run.events(record, Date.now());
  };
  /** What cannot be read now may be readable later; it is reported once. */
  const sayOnce = (error: unknown): readonly { kind: 'problem'; said: Words }[] => {
    const said = wordsOf(error);
    const message = inEnglish(said);
    if (troubles.has(message)) return [];
    troubles.add(message);
    return [{ kind: 'problem', said }];
  };
  const read = (): Promise<readonly SourceRecord[]> => source.poll().catch(sayOnce);
  const pollFolder = (): readonly TrainerEvent[] => {
    try {
      return afterPoll?.(run, reported) ?? [];
    } catch (error) {
      return sayOnce(error).flatMap((problem) => run.events(problem, Date.now()));
    }
  };
  const next = async (): Promise<Poll> => {
    const records = await read();
    const events = records.flatMap(eventsOf);
    onRecords?.(records);
    return { events: [...events, ...pollFolder()], count: records.length };
  };
  const catchUp = async (): Promise<TrainerEvent[]> => {
    const events: TrainerEvent[] = [];
    for (let count = CAUGHT_UP; count >= CAUGHT_UP; ) {
      const records = await read();
      const isTaken = (record: SourceRecord): boolean => reported.checkpoints.has(checkpointOf(record));
      events.push(...records.filter((record) => !isTaken(record)).flatMap(eventsOf));
      onRecords?.(records);
      count = records.length;
    }
    return events;
  };
  return { next, catchUp, tookCheckpoint: () => taken };
}

/** The epoch of an announced checkpoint; NaN of everything else. */
function checkpointOf(record: SourceRecord): number {
  if (record.kind === 'checkpoint') return record.epoch;
  return record.kind === 'event' && record.event.type === 'checkpoint' ? record.event.epoch : Number.NaN;
}

type AdapterEnding = { readonly event: TrainerEvent; readonly code: number };

type Ended = {
  readonly end: ProgramEnd;
  readonly asked: boolean;
  readonly run: ForeignRun;
  /** Why nothing was reported, if nothing was. */
  readonly silence: Words | undefined;
};

/** Never throws: an explanation that fails must not hide that there is something to explain. */
async function explain(source: Source): Promise<Words> {
  return (await source.explain?.().catch(() => undefined)) ?? words('nothing that it wrote could be read');
}

type FollowedEnd = Extract<ProgramEnd, { kind: 'followed' }>;
type EndVerdict = { readonly reason: 'stopped' | 'completed' | 'failed'; readonly said?: Words };

function endOf(ended: Ended): AdapterEnding {
  const { reason, said } = verdictOf(ended);
  return {
    event: {
      ...{ type: 'end', t: Date.now(), reason, step: ended.run.lastStep },
      ...(said && withEnglish(said)),
    },
    code: reason === 'failed' ? 1 : 0,
  };
}

/** A training that is over and left no number was not followed. */
const followedVerdict = (end: FollowedEnd, silence: Words | undefined): EndVerdict =>
  end.reason === 'completed' && silence !== undefined
    ? { reason: 'failed', said: silence }
    : { reason: end.reason, said: end.said };

function verdictOf({ end, asked, run, silence }: Ended): EndVerdict {
  if (end.kind === 'followed') return followedVerdict(end, silence);
  const how = howEnded(end);
  if (asked) return { reason: 'stopped', said: how };
  if (end.kind === 'exited' && end.code === 0) return exitedCleanly(how, silence);
  if (end.kind === 'unknown' && run.isComplete)
    return { reason: 'completed', said: words('{0}, all of its epochs were done', how) };
  const { failure } = run.runner;
  return {
    reason: 'failed',
    said:
      failure === undefined
        ? words('{0}; see {1}', how, OUTPUT_LOG)
        : words('{0}: {1}; see {2}', failure, how, OUTPUT_LOG),
  };
}

function exitedCleanly(how: Words, silence: Words | undefined): EndVerdict {
  if (silence === undefined) return { reason: 'completed' };
  return { reason: 'failed', said: words('{0} and reported nothing: {1}', how, silence) };
}

function howEnded(end: Exclude<ProgramEnd, { kind: 'followed' }>): Words {
  if (end.kind === 'unstartable') return end.said;
  if (end.kind === 'unknown') return words('the program ended (exit code unknown)');
  return end.signal === null
    ? words('the program ended with exit code {0}', end.code ?? '?')
    : words('the program ended with signal {0}', end.signal);
}
