import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { parseJson } from '../../base/json';
import { zMetaFile, zStatusFile } from '../../run/files';
import { FileTail } from '../../run/folder/file-tail';
import { runPaths } from '../../run/folder/paths';
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

/**
 * Reads what is new in a run folder. The files are read from effect to cause (status, validation, keeper, events) and
 * handed out from cause to effect, so that nothing is ever heard of before what it refers to.
 */
export class RunReader {
  readonly #events: Log;
  readonly #keeper: Log;
  readonly #validation: Log;
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
    this.#status = new WholeFile(paths.status);
    this.#meta = new WholeFile(paths.meta);
  }

  /** Batches until the end of all files as they were at the call; big event files come in several. */
  async *read(): AsyncGenerator<RunBatch> {
    const status = await this.#status.read(zStatusFile);
    const meta = await this.#meta.read(zMetaFile);
    const late: RunBatch[] = [];
    for (const log of [this.#validation, this.#keeper])
      for await (const batch of readLog(log)) late.unshift(batch);
    yield* readLog(this.#events);
    yield* late;
    const entries: RunEntry[] = [
      ...(meta ? [{ source: 'meta' as const, value: meta }] : []),
      ...(status ? [{ source: 'status' as const, value: status }] : []),
    ];
    if (entries.length > 0) yield { entries, problems: [], restarted: false };
  }
}

async function* readLog({ source, tail, parse }: Log): AsyncGenerator<RunBatch> {
  while (tail.hasNews()) {
    const { lines, restarted } = await tail.read();
    const parsed = lines.map(parse);
    const entries = parsed
      .filter((p) => p.value !== undefined)
      .map((p) => ({ source, value: p.value }) as RunEntry);
    const problems = parsed.flatMap((p) => (p.problem === undefined ? [] : [`${source}: ${p.problem}`]));
    if (lines.length > 0 || restarted) yield { entries, problems, restarted };
  }
}

/** A small file that is replaced whole; its content is handed out once per change. */
class WholeFile {
  readonly #file: string;
  #seen = '';

  constructor(file: string) {
    this.#file = file;
  }

  async read<T>(schema: z.ZodType<T>): Promise<T | undefined> {
    const stat = statSync(this.#file, { throwIfNoEntry: false });
    const now = stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
    if (now === this.#seen) return undefined;
    this.#seen = now;
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    return schema.safeParse(parseJson(text)).data;
  }
}
