import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import * as z from 'zod';
import { parseJson, toJsonLine } from '../../base/json';
import { withRoom } from '../../domain/run/columns';
import { zTrainerEvent } from '../../run/events';
import { MOST_BYTES } from '../../run/folder/bounds';
import { openToReadSync, readBytes } from '../../run/folder/read-file';
import { writeWhole } from '../../run/folder/write-file';
import { readEventLog } from './event-log';
import {
  type LoadedLog,
  NAMED_COLUMNS,
  type PackedColumn,
  type PackedRun,
  PLAIN_COLUMNS,
  packRun,
} from './packed-run';

export type LoadEventsRequest = {
  readonly eventsFile: string;
  readonly cacheFile: string;
  /** A cache is written anew when so much was read beyond it. */
  readonly cacheAfterBytes: number;
};

/** Reads a whole event log, from the cache as far as that goes. Blocks its thread: meant for a worker. */
export async function loadEvents(request: LoadEventsRequest): Promise<PackedRun> {
  const { eventsFile, cacheFile, cacheAfterBytes } = request;
  const cached = await readCache(cacheFile, eventsFile);
  const log = readEventLog(eventsFile, cached);
  if (log.offset - (cached?.offset ?? 0) >= cacheAfterBytes)
    // A folder that cannot be written is read without a cache.
    await writeCache(cacheFile, eventsFile, log).catch(() => undefined);
  return packRun(log);
}

// Beside a large events.jsonl, rebuilt whenever it does not fit: one line of JSON, padded so that the raw little-endian
// float64 columns behind it are aligned. It may have come with another user's run folder: checked like any other file.

const FORMAT = 2;
const ALIGN = 8;
/** Bytes at both ends of what was read that must still be the same. */
const SAMPLE_BYTES = 64 * 1024;

const zHeader = z.object({
  format: z.literal(FORMAT),
  offset: z.number().int().min(0),
  sample: z.string(),
  columns: z.array(
    z.object({
      kind: z.enum([...PLAIN_COLUMNS, ...NAMED_COLUMNS]),
      name: z.string(),
      length: z.number().int().min(0),
    }),
  ),
  events: z.array(zTrainerEvent),
  problems: z.array(z.string()),
});

/** Undefined if there is none, or none that fits the log as it is now. */
async function readCache(file: string, eventsFile: string): Promise<LoadedLog | undefined> {
  const bytes = await readBytes(file, { most: MOST_BYTES.columns }).catch(() => undefined);
  const end = bytes?.indexOf(10) ?? -1;
  if (bytes === undefined || end < 0) return undefined;
  const header = zHeader.safeParse(parseJson(bytes.toString('utf8', 0, end))).data;
  if (!header || header.sample !== sampleOf(eventsFile, header.offset)) return undefined;
  const { offset, events, problems } = header;
  // A cache of a version that had fewer series.
  const kinds = new Set(header.columns.map(({ kind }) => kind));
  if (!PLAIN_COLUMNS.every((kind) => kinds.has(kind))) return undefined;
  const columns = readColumns(bytes, end + 1, header.columns);
  return columns && { offset, columns, events, problems };
}

type ColumnHead = z.infer<typeof zHeader>['columns'][number];

function readColumns(bytes: Buffer, start: number, heads: readonly ColumnHead[]): PackedColumn[] | undefined {
  const total = heads.reduce((sum, head) => sum + head.length * Float64Array.BYTES_PER_ELEMENT, 0);
  if (start % ALIGN !== 0 || bytes.length !== start + total) return undefined;
  let at = bytes.byteOffset + start;
  return heads.map(({ kind, name, length }) => {
    // One buffer each: they are transferred to another thread one by one, and grow there.
    const column = new Float64Array(withRoom(length));
    column.set(new Float64Array(bytes.buffer, at, length));
    at += length * Float64Array.BYTES_PER_ELEMENT;
    return { kind, name, values: column.subarray(0, length) };
  });
}

async function writeCache(file: string, eventsFile: string, log: LoadedLog): Promise<void> {
  const header: z.input<typeof zHeader> = {
    format: FORMAT,
    offset: log.offset,
    sample: sampleOf(eventsFile, log.offset),
    columns: log.columns.map(({ kind, name, values }) => ({ kind, name, length: values.length })),
    events: [...log.events],
    problems: [...log.problems],
  };
  const line = toJsonLine(header).trimEnd();
  const padding = ALIGN - ((Buffer.byteLength(line) + 1) % ALIGN);
  const head = Buffer.from(`${line}${' '.repeat(padding)}\n`);
  const columns = log.columns.map((c) =>
    Buffer.from(c.values.buffer, c.values.byteOffset, c.values.byteLength),
  );
  await writeWhole(file, [head, ...columns]);
}

/** A digest of both ends of the first `offset` bytes; '' if the file is shorter than that. */
function sampleOf(file: string, offset: number): string {
  const fd = openToReadSync(file);
  try {
    if (fstatSync(fd).size < offset) return '';
    const length = Math.min(SAMPLE_BYTES, offset);
    const hash = createHash('sha256').update(String(offset));
    for (const start of [0, offset - length]) {
      const buffer = Buffer.alloc(length);
      readSync(fd, buffer, 0, length, start);
      hash.update(buffer);
    }
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}
