import { lstatSync } from 'node:fs';
import type { z } from 'zod';
import { toError } from '../../base/async';
import { isBadInput } from '../../base/bad-input';
import { parseJson } from '../../base/json';
import { zMetaFile, zStatusFile } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { FileTail, SKIPPED_LINE, type TailRead } from '../../run/folder/file-tail';
import { runPaths } from '../../run/folder/paths';
import { readText } from '../../run/folder/read-file';
import { type Parsed, parseEventLine, parseKeeperLine, parseValidationLine } from '../../run/parse-entry';
import type { RunEntry } from '../../run/state';

export type RunBatch = {
  readonly entries: readonly RunEntry[];
  readonly problems: readonly string[];
  /** A log was replaced: everything must be folded anew. */
  readonly restarted: boolean;
};

type LogSource = 'events' | 'keeper' | 'validation';
type Log = {
  readonly source: LogSource;
  readonly tail: FileTail;
  readonly parse: (line: string) => Parsed<unknown>;
};
/** Why a file is not read (a link, a device, too large); reported once. */
type Refusals = Set<string>;

/**
 * Reads what is new in a run folder. The files are read from effect to cause (status, validation, keeper, events) and
 * returned from cause to effect, so that nothing is seen before what it refers to.
 */
export class RunReader {
  readonly #events: Log;
  readonly #keeper: Log;
  readonly #validation: Log;
  readonly #refusals: Refusals = new Set();
  readonly #status: WholeFile;
  readonly #meta: WholeFile;

  constructor(dir: string, eventsOffset = 0) {
    const paths = runPaths(dir);
    this.#events = {
      source: 'events',
      tail: new FileTail(paths.events, eventsOffset),
      parse: parseEventLine,
    };
    this.#keeper = { source: 'keeper', tail: new FileTail(paths.keeper), parse: parseKeeperLine };
    this.#validation = {
      source: 'validation',
      tail: new FileTail(paths.validation),
      parse: parseValidationLine,
    };
    this.#status = new WholeFile(paths.status, MOST_BYTES.status);
    this.#meta = new WholeFile(paths.meta, MOST_BYTES.meta);
  }

  /** Batches until the end of all files as they were at the call; large event files come in several. */
  async *read(): AsyncGenerator<RunBatch> {
    const problems: string[] = [];
    const status = await this.#status.read(zStatusFile, problems);
    const meta = await this.#meta.read(zMetaFile, problems);
    // A log of over 256 KB comes in several batches, which stay in its order.
    const validation = await batchesOf(this.#validation, this.#refusals);
    const keeper = await batchesOf(this.#keeper, this.#refusals);
    yield* readLog(this.#events, this.#refusals);
    yield* keeper;
    yield* validation;
    const entries: RunEntry[] = [
      ...(meta ? [{ source: 'meta' as const, value: meta }] : []),
      ...(status ? [{ source: 'status' as const, value: status }] : []),
    ];
    if (entries.length + problems.length > 0) yield { entries, problems, restarted: false };
  }
}

async function batchesOf(log: Log, refusals: Refusals): Promise<RunBatch[]> {
  const batches: RunBatch[] = [];
  for await (const batch of readLog(log, refusals)) batches.push(batch);
  return batches;
}

async function* readLog(log: Log, refusals: Refusals): AsyncGenerator<RunBatch> {
  while (log.tail.hasNews()) {
    const read = await readOrRefuse(log.tail);
    if (typeof read === 'string') {
      yield* reportedOnce(read, refusals);
      return;
    }
    if (read.lines.length > 0 || read.restarted || read.skippedLines > 0) yield batchOf(log, read);
  }
}

function batchOf({ source, parse }: Log, { lines, restarted, skippedLines }: TailRead): RunBatch {
  const parsed = lines.map(parse);
  const entries = parsed
    .filter((p) => p.value !== undefined)
    .map((p) => ({ source, value: p.value }) as RunEntry);
  const damaged = parsed.flatMap((p) => (p.problem === undefined ? [] : [`${source}: ${p.problem}`]));
  const problems = skippedLines > 0 ? [...damaged, `${source}: ${SKIPPED_LINE}`] : damaged;
  return { entries, problems, restarted };
}

function reportedOnce(problem: string, refusals: Refusals): RunBatch[] {
  if (refusals.has(problem)) return [];
  refusals.add(problem);
  return [{ entries: [], problems: [problem], restarted: false }];
}

async function readOrRefuse(tail: FileTail): Promise<TailRead | string> {
  try {
    return await tail.read();
  } catch (error) {
    if (isBadInput(error)) return toError(error).message;
    throw error;
  }
}

/** A small file that is replaced whole; its content is returned once per change. */
class WholeFile {
  readonly #file: string;
  readonly #most: number;
  #seen = '';

  constructor(file: string, most: number) {
    this.#file = file;
    this.#most = most;
  }

  /** A file that is refused is reported among `problems`, once per change. */
  async read<T>(schema: z.ZodType<T>, problems: string[]): Promise<T | undefined> {
    const stat = lstatSync(this.#file, { throwIfNoEntry: false });
    const now = stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
    if (now === this.#seen) return undefined;
    this.#seen = now;
    const text = await readText(this.#file, { most: this.#most }).catch((error: unknown) => {
      if (isBadInput(error)) problems.push(toError(error).message);
      return '';
    });
    return schema.safeParse(parseJson(text)).data;
  }
}
