import { lstat, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { mapPool } from '../../base/async';
import {
  AT_ONCE,
  byCreation,
  entriesOf,
  hasEnded,
  indexFor,
  keysForReading,
  type LookUp,
  MANY_FROM,
  type RunListing,
  type RunSummary,
  readAgain,
  readEntry,
} from './list-runs';

/** How many of the known entries of a runs folder one look reads: those whose last one is the longest ago. */
export type LookTurn = {
  /** Runs that have not ended. */
  readonly live: number;
  readonly settled: number;
};

export type FolderChange = {
  /** Runs came or went. */
  readonly isOther: boolean;
  /** A run, or what cannot be read, is not as it was. */
  readonly isChanged: boolean;
  /** What this look read: runs, and a line for each that cannot be read. */
  readonly read: readonly (RunSummary | string)[];
  /** Entries that it read and that are not runs. */
  readonly others: readonly string[];
};

type Entry = {
  readonly dir: string;
  readonly since: number;
  /** A line if it cannot be read; undefined if it is not a run. */
  readonly read: RunSummary | string | undefined;
  /** Its folder as it was at the last look at its files; undefined if that would not show a change. */
  readonly glance: string | undefined;
  /** Looks at it since all of its files were looked up. */
  readonly glances: number;
};

/** All files of an entry are looked up at so many looks at it: some file systems do not show at the folder that one was replaced. */
const FILES_EVERY = 5;
/** A folder without run.json is one that is being made, for so long. */
const YOUNG_MS = 60_000;

/**
 * A runs folder that is looked at again and again. A run that has ended and did not change costs one lookup, a live one the same and
 * a question for its processes; of one that changed the files are read that did.
 */
export class FolderLook {
  readonly #dir: string;
  /** Those of which the last look is the longest ago first. */
  readonly #live = new Map<string, Entry>();
  readonly #settled = new Map<string, Entry>();
  /** Folders that are being made, and may be runs in a moment: they are read at every look. */
  readonly #young = new Map<string, Entry>();
  #entries: { readonly as: string | undefined; readonly looks: number } = { as: undefined, looks: 0 };
  #problems: readonly string[] = [];
  #keys = '';
  #listing: RunListing = { runs: [], problems: [], others: [] };

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** As of the last look. */
  get listing(): RunListing {
    return this.#listing;
  }

  /** Whether something may be going on. */
  get hasLive(): boolean {
    return this.#live.size + this.#young.size > 0;
  }

  get #parts(): readonly Map<string, Entry>[] {
    return [this.#young, this.#live, this.#settled];
  }

  get #size(): number {
    return this.#parts.reduce((sum, entries) => sum + entries.size, 0);
  }

  /** Looks for entries that are new, and at those whose turn it is; without a turn, at all files of all. */
  async look(turn?: LookTurn): Promise<FolderChange> {
    const keys = this.#keysNow();
    const known = [...this.#due(turn)];
    const { added, gone } = await this.#listEntries(turn === undefined);
    const isAll = turn === undefined || this.#size < MANY_FROM;
    for (const dir of gone) this.#forget(dir);
    const index = await indexFor(this.#dir, added.length, keys);
    const fresh = await mapPool(added, AT_ONCE, (dir) => readNew(dir, () => readEntry(dir, { index, keys })));
    if (index) await index.keep(fresh.flatMap(({ read }) => (isEnded(read) ? [read] : [])));
    const still = known.filter(({ dir }) => !gone.has(dir));
    const isOther = gone.size > 0 || fresh.some(({ read }) => read !== undefined);
    return this.#take(fresh, still, { keys, isAll, isOther });
  }

  /** Looks at these once more, whose turn it was a moment ago. */
  async lookAgain(dirs: readonly string[]): Promise<FolderChange> {
    const keys = this.#keysNow();
    const known = this.#parts.flatMap((entries) => dirs.flatMap((dir) => entries.get(dir) ?? []));
    return this.#take([], known, { keys, isAll: true, isOther: false });
  }

  async #take(
    fresh: readonly Entry[],
    known: readonly Entry[],
    { keys, isAll, isOther }: { keys: readonly Buffer[]; isAll: boolean; isOther: boolean },
  ): Promise<FolderChange> {
    const again = await mapPool(known, AT_ONCE, (entry) => lookAgain(entry, keys, isAll));
    const isChanged = isOther || again.some(({ read }, i) => read !== known[i].read);
    for (const entry of [...fresh, ...again]) this.#place(entry);
    if (isChanged || fresh.length > 0) this.#listing = this.#list();
    return { isOther, isChanged, ...partsOf([...fresh, ...again]) };
  }

  /** With another key other runs are the user's own. */
  #keysNow(): readonly Buffer[] {
    const keys = keysForReading();
    const text = keys.map((key) => key.toString('hex')).join();
    if (text !== this.#keys) {
      this.#live.clear();
      this.#settled.clear();
      this.#young.clear();
      this.#entries = { as: undefined, looks: 0 };
    }
    this.#keys = text;
    return keys;
  }

  *#due(turn: LookTurn | undefined): Iterable<Entry> {
    const { live, settled } = turn ?? { live: Number.POSITIVE_INFINITY, settled: Number.POSITIVE_INFINITY };
    yield* this.#young.values();
    yield* first(this.#live, live);
    yield* first(this.#settled, settled);
  }

  /** The folder's entries are only listed if it shows a change, and now and then. */
  async #listEntries(
    isAsked: boolean,
  ): Promise<{ readonly added: readonly string[]; readonly gone: ReadonlySet<string> }> {
    const as = glanceOf(await statOf(this.#dir));
    const { looks } = this.#entries;
    const isSame = as !== undefined && as === this.#entries.as && looks % FILES_EVERY !== 0;
    this.#entries = { as, looks: looks + 1 };
    if (isSame && !isAsked) return { added: [], gone: new Set() };
    const { dirs, problems } = entriesOf(this.#dir, await readdir(this.#dir).catch(() => [] as string[]));
    this.#problems = problems;
    const there = new Set(dirs);
    const known = new Set(this.#parts.flatMap((entries) => [...entries.keys()]));
    return {
      added: dirs.filter((dir) => !known.has(dir)),
      gone: new Set([...known].filter((dir) => !there.has(dir))),
    };
  }

  #forget(dir: string): void {
    for (const entries of this.#parts) entries.delete(dir);
  }

  #place(entry: Entry): void {
    this.#forget(entry.dir);
    const entries = isYoung(entry) ? this.#young : isLive(entry) ? this.#live : this.#settled;
    entries.set(entry.dir, entry);
  }

  #list(): RunListing {
    const runs: RunSummary[] = [];
    const [problems, others]: [string[], string[]] = [[...this.#problems], []];
    for (const { dir, read } of this.#parts.flatMap((entries) => [...entries.values()])) {
      if (typeof read === 'object') runs.push(read);
      else if (read === undefined) others.push(dir);
      else problems.push(read);
    }
    return { runs: runs.sort(byCreation), problems: problems.sort(), others };
  }
}

function partsOf(entries: readonly Entry[]): Pick<FolderChange, 'read' | 'others'> {
  const read = entries.flatMap((entry) => entry.read ?? []);
  return { read, others: entries.flatMap((entry) => (entry.read === undefined ? [entry.dir] : [])) };
}

function* first(entries: ReadonlyMap<string, Entry>, count: number): Iterable<Entry> {
  let left = count;
  for (const entry of entries.values()) {
    if (left-- <= 0) return;
    yield entry;
  }
}

const isEnded = (read: Entry['read']): read is RunSummary => typeof read === 'object' && hasEnded(read);

const isLive = ({ read }: Entry): boolean => typeof read === 'object' && !hasEnded(read);

const isYoung = ({ read, since }: Entry): boolean => read === undefined && Date.now() - since < YOUNG_MS;

async function readNew(dir: string, read: () => Promise<Entry['read']>): Promise<Entry> {
  const glance = glanceOf(await statOf(dir));
  return { dir, since: Date.now(), read: await read(), glance, glances: 0 };
}

async function lookAgain(entry: Entry, keys: readonly Buffer[], isAll: boolean): Promise<Entry> {
  const { dir, read } = entry;
  const isDue = isAll || entry.glances >= FILES_EVERY - 1;
  if (!isEnded(read)) return lookAtLive(entry, keys, isDue ? 'files' : 'status');
  const glance = glanceOf(await statOf(dir));
  if (!isDue && glance !== undefined && glance === entry.glance)
    return { ...entry, glances: entry.glances + 1 };
  return { ...entry, read: await readAgain(read, keys, 'files'), glance, glances: 0 };
}

async function lookAtLive(entry: Entry, keys: readonly Buffer[], lookUp: LookUp): Promise<Entry> {
  const { dir, read } = entry;
  const isKnown = typeof read === 'object';
  const now = isKnown
    ? await readAgain(read, keys, lookUp)
    : await readEntry(dir, { index: undefined, keys });
  return { ...entry, read: now, glance: undefined, glances: lookUp === 'files' ? 0 : entry.glances + 1 };
}

/** By a callback: a promise for each of ten thousand files takes longer than the files do. */
function statOf(file: string): Promise<Stats | undefined> {
  return new Promise((resolve) => lstat(file, (error, stat) => resolve(error ? undefined : stat)));
}

/** A folder that changes twice within the grain of its file system's clock shows it once: a young change is not relied on. */
const GRAIN_MS = 2500;

/** When files of a folder were last made or replaced; undefined if it does not tell: a link, or a folder that just changed. */
function glanceOf(stat: Stats | undefined): string | undefined {
  if (!stat?.isDirectory() || Date.now() - stat.mtimeMs < GRAIN_MS) return undefined;
  return `${stat.ino}:${stat.mtimeMs}:${stat.ctimeMs}`;
}
