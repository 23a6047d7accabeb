import type { RunState } from './state';

type ListKey = 'epochs' | 'lrChanges' | 'alerts' | 'keeper' | 'gpu' | 'logs' | 'problems';
type MapKey = 'checkpoints' | 'validations' | 'drawn';
type ItemOf<K extends ListKey> = RunState[K][number];
type ValueOf<K extends MapKey> = RunState[K] extends ReadonlyMap<number, infer V> ? V : never;
type Control = RunState['controls'][number];

/**
 * Limit for each kind of line: ten times what a run of years has, and what a page can still handle. Beyond it lines are
 * counted as a problem and left out, so that memory does not grow with what a stranger's log repeats.
 */
export const MOST_KEPT = 100_000;
/** Their names for people. */
const SAID: Readonly<Record<ListKey | MapKey, string>> = {
  epochs: 'epochs',
  lrChanges: 'changes of the LR',
  alerts: 'alerts',
  keeper: 'lines of the keeper',
  gpu: 'readings of the GPU',
  logs: 'log lines',
  problems: 'problems',
  checkpoints: 'checkpoints',
  validations: 'validations',
  drawn: 'draws',
};

/** Log lines kept in memory; stdout.log has them all. */
export const MOST_LOGS = 2000;
const MOST_PROBLEMS = 100;

/**
 * A run's state while lines are folded into it: a collection is copied when it is first written to and then grows in
 * place, so that a fold is linear in its lines. `state` returns the present state, which is never written to again.
 */
export class RunDraft {
  #state: RunState;
  readonly #owned = new Set<ListKey | MapKey>();
  /** Highest key of each map; undefined until it is written to. */
  readonly #highest = new Map<MapKey, number>();
  readonly #unordered = new Set<MapKey>();
  #controls: Map<string, Control> | undefined;
  /** When each epoch's checkpoint was last removed, from the keeper's lines. */
  #cleanups: Map<number, number> | undefined;

  constructor(state: RunState) {
    this.#state = state;
  }

  /** The present state, for the caller to keep. */
  get state(): RunState {
    const state = this.view;
    this.#owned.clear();
    this.#highest.clear();
    return state;
  }

  /** The present state, valid until the next line is folded in. */
  get view(): RunState {
    for (const key of this.#unordered) this.#order(key);
    if (this.#controls) this.set({ controls: [...this.#controls.values()] });
    this.#controls = undefined;
    const { logs } = this.#state;
    if (logs.length > MOST_LOGS) this.list('logs').splice(0, logs.length - MOST_LOGS);
    return this.#state;
  }

  /** For the folding functions: maps may be out of order, and controls are those of the last `view`. */
  get raw(): RunState {
    return this.#state;
  }

  set(change: Partial<RunState>): void {
    this.#state = { ...this.#state, ...change };
  }

  /** The list that is being folded, to be changed in place. */
  list<K extends ListKey>(key: K): ItemOf<K>[] {
    if (!this.#owned.has(key)) {
      this.set({ [key]: [...this.#state[key]] });
      this.#owned.add(key);
    }
    return this.#state[key] as ItemOf<K>[];
  }

  push<K extends ListKey>(key: K, item: ItemOf<K>): void {
    const list = this.list(key);
    if (list.length < MOST_KEPT) list.push(item);
    else this.leaveOut(SAID[key]);
  }

  log(event: ItemOf<'logs'>): void {
    const logs = this.list('logs');
    logs.push(event);
    // Not at every line: one move for many removed entries.
    if (logs.length >= 2 * MOST_LOGS) logs.splice(0, logs.length - MOST_LOGS);
  }

  /** The map that is being folded, to be changed in place; new keys come by `put`. */
  map<K extends MapKey>(key: K): Map<number, ValueOf<K>> {
    if (!this.#owned.has(key)) {
      const copy = new Map<number, unknown>(this.#state[key]);
      this.set({ [key]: copy });
      this.#owned.add(key);
      this.#highest.set(key, Math.max(0, [...copy.keys()].at(-1) ?? 0));
    }
    return this.#state[key] as Map<number, ValueOf<K>>;
  }

  /** Keys ascend in what is returned. */
  put<K extends MapKey>(key: K, epoch: number, value: ValueOf<K>): void {
    const map = this.map(key);
    const isNew = !map.has(epoch);
    if (isNew && map.size >= MOST_KEPT) {
      this.leaveOut(SAID[key]);
      return;
    }
    const highest = this.#highest.get(key) ?? 0;
    if (isNew && epoch < highest) this.#unordered.add(key);
    this.#highest.set(key, Math.max(highest, epoch));
    map.set(epoch, value);
  }

  #order(key: MapKey): void {
    const entries: [number, unknown][] = [...this.#state[key]];
    this.set({ [key]: new Map(entries.sort(([a], [b]) => a - b)) });
    this.#unordered.delete(key);
  }

  /** The latest of an id, in the order of the latest. */
  control(event: Control): void {
    this.#controls ??= new Map(this.#state.controls.map((control) => [control.id, control]));
    this.#controls.delete(event.id);
    if (this.#controls.size < MOST_KEPT) this.#controls.set(event.id, event);
    else this.leaveOut('answers to requests');
  }

  keeperLine(entry: ItemOf<'keeper'>): void {
    // Readings would hide what the keeper decided.
    if (entry.type === 'gpu') this.push('gpu', entry);
    else this.push('keeper', entry);
    if (entry.type === 'cleanup' && this.#cleanups) noteCleanup(this.#cleanups, entry);
  }

  /** When the checkpoint of an epoch was last removed, if it was. */
  removedAt(epoch: number): number | undefined {
    if (this.#cleanups === undefined) {
      this.#cleanups = new Map();
      for (const entry of this.#state.keeper)
        if (entry.type === 'cleanup') noteCleanup(this.#cleanups, entry);
    }
    return this.#cleanups.get(epoch);
  }

  leaveOut(what: string, most = MOST_KEPT): void {
    const message = `more than ${most} ${what}: the rest is left out`;
    if (!this.#state.problems.includes(message)) this.problem(message);
  }

  problem(message: string): void {
    if (this.#state.problems.length < MOST_PROBLEMS) this.list('problems').push(message);
  }
}

function noteCleanup(cleanups: Map<number, number>, { epoch, t }: { epoch: number; t: number }): void {
  cleanups.set(epoch, Math.max(t, cleanups.get(epoch) ?? Number.NEGATIVE_INFINITY));
}
