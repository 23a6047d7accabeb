import path from 'node:path';
import { sleep, toError } from '../base/async';
import { inEnglish, type Words, words } from '../base/words';
import { type Turn, waitingWords } from '../domain/run/turns';
import { liveBefore, type TurnAnswer, waitedOf } from '../engine/queue/queue';
import { readSlots, tryInQueue } from '../engine/queue/queue-folder';
import { FolderLook } from '../engine/runs/folder-look';
import { listRuns } from '../engine/runs/list-runs';
import type { RunFile } from '../run/files';
import { runPaths } from '../run/folder/paths';
import { Requests } from './requests';
import { RunJournal } from './run-journal';
import { type StatusFields, StatusWriter } from './status-writer';

const LOOK_MS = 1000;

export type WaitOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly onError: (error: unknown) => void;
  readonly isHeld: () => boolean;
  readonly isGone: () => boolean;
};

/** `taken`: it was taken out of the queue, or its folder away. */
export type WaitEnd = { readonly kind: 'go'; readonly turn: Turn } | { readonly kind: 'taken' };

/**
 * A queued run waits here until its turn comes. The keeper waits and not the host, so that the queue goes on when every editor is
 * closed.
 */
export async function waitTurn(options: WaitOptions): Promise<WaitEnd> {
  const { dir, run, onError, isHeld, isGone } = options;
  const paths = runPaths(dir);
  const status = new StatusWriter(paths.status, onError, isHeld);
  const journal = RunJournal.open(dir, run, onError);
  const requests = new Requests(paths, journal, onError);
  const queue = new Queue(dir, run);
  const report = onceEach(onError);
  try {
    // A turn that an earlier keeper got and could not use is given back.
    await status.set(fields('starting', waitingWords()));
    for (;;) {
      const end = isHeld() && !isGone() ? await look({ requests, status, queue, onError: report }) : TAKEN;
      if (end) return end;
      await sleep(LOOK_MS);
    }
  } finally {
    status.dispose();
    await journal.close();
  }
}

/** It asks every second, perhaps for days. */
function onceEach(onError: WaitOptions['onError']): WaitOptions['onError'] {
  const seen = new Set<string>();
  return (error) => {
    const { message } = toError(error);
    if (!seen.has(message) && seen.size < MOST_REPORTED) onError(error);
    seen.add(message);
  };
}

const MOST_REPORTED = 20;

const TAKEN = { kind: 'taken' } as const;

type AskedQueue = Pick<WaitOptions, 'onError'> & {
  readonly requests: Requests;
  readonly status: StatusWriter;
  readonly queue: Queue;
};

/** Undefined: it waits on, also if the queue cannot be read now. */
async function look({ requests, status, queue, onError }: AskedQueue): Promise<WaitEnd | undefined> {
  if (wasTakenOut(requests)) {
    await status.writeNow(fields('stopped', words('taken out of the queue before its turn came')));
    return TAKEN;
  }
  const waited = await queue.ask(status).catch((error: unknown) => {
    onError(error);
    return { kind: 'failed', said: toError(error).message } as const;
  });
  if (waited.kind === 'come') return { kind: 'go', turn: waited.turn };
  const said = wordsOf(waited);
  if (said) await status.set(fields('starting', said));
  return undefined;
}

type NotYet =
  | Exclude<TurnAnswer, { readonly kind: 'come' }>
  | Held
  | { readonly kind: 'failed'; readonly said: string };

/** Undefined: what was said holds. */
function wordsOf(waited: NotYet): Words | undefined {
  if (waited.kind === 'waits') return waitingWords(waited.place);
  if (waited.kind === 'failed')
    return words('waits for its turn, which cannot be taken now: {0}', waited.said);
  if (waited.kind === 'held' && waited.ms > PATIENCE_MS)
    return words(
      'waits for its turn: another process holds the queue (runs/.queue) for {0} s',
      Math.round(waited.ms / 1000),
    );
  return undefined;
}

/** Others take their turns too; `ms`: for how long now. */
type Held = { readonly kind: 'held'; readonly ms: number };

/** A turn takes milliseconds. */
const PATIENCE_MS = 15_000;

/** The runs among which it waits. What did not change is not read again. */
class Queue {
  readonly #dir: string;
  readonly #run: RunFile;
  readonly #look: FolderLook;
  #heldSince: number | undefined;

  constructor(dir: string, run: RunFile) {
    this.#dir = dir;
    this.#run = run;
    this.#look = new FolderLook(path.dirname(dir));
  }

  /** Its turn is taken by what is written of it, while no other run can take one. */
  async ask(status: StatusWriter): Promise<TurnAnswer | Held> {
    const seen = await this.#answer();
    if (seen.kind !== 'come') return seen;
    const taken = await tryInQueue(path.dirname(this.#dir), async () => {
      const sure = await this.#answer();
      if (sure.kind === 'come') await status.writeNow({ ...BEGINS, turn: sure.turn });
      return sure;
    });
    if (taken) this.#heldSince = undefined;
    return taken ?? this.#held();
  }

  #held(): Held {
    this.#heldSince ??= performance.now();
    return { kind: 'held', ms: performance.now() - this.#heldSince };
  }

  async #answer(): Promise<TurnAnswer> {
    const runsDir = path.dirname(this.#dir);
    await this.#look.look();
    const { runs } = this.#look.listing;
    const waited = waitedOf(runs, this.#dir, await readSlots(runsDir));
    return waited.kind === 'come' && (await this.#waitsElsewhere()) ? { kind: 'waits', place: 1 } : waited;
  }

  /** A window of several folders may queue a run behind one of another folder. */
  async #waitsElsewhere(): Promise<boolean> {
    const { after } = this.#run;
    if (after === undefined || path.dirname(after) === path.dirname(this.#dir)) return false;
    return liveBefore((await listRuns(path.dirname(after))).runs, after) !== undefined;
  }
}

const BEGINS: StatusFields = { state: 'starting', stalled: false, queue: { waiting: [] } };

function fields(state: StatusFields['state'], said: Words): StatusFields {
  return { ...BEGINS, state, reason: inEnglish(said), said };
}

const isStop = (type: string): boolean => type === 'stop' || type === 'stop_after_epoch';

/** Answers requests that came meanwhile; returns whether a stop was among them. */
function wasTakenOut(requests: Requests): boolean {
  const asked = requests.take();
  for (const { id, request } of asked) {
    const ok = isStop(request.type);
    requests.answer(id, request, {
      ok,
      said: ok ? words('taken out of the queue') : words('the run waits for its turn'),
    });
  }
  return asked.some(({ request }) => isStop(request.type));
}
