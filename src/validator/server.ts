import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { inEnglish } from '../base/words';
import { compareRecords } from '../domain/compare/compare-records';
import { Channel } from '../protocol/channel';
import {
  type CompareParams,
  type CompareResult,
  zAssessParams,
  zCompareParams,
  zPredictParams,
  zValidateParams,
} from '../protocol/validator';
import { type DetectionsFile, decodeDetections } from '../run/detections-file';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';
import { assess } from './assess';
import { probeDevices } from './devices/probe';
import { predict } from './predict';
import { SessionThread } from './session/session-thread';
import { validate } from './validate';
import { WarmState } from './warm';

/**
 * Replicates of the paired bootstrap: enough to tell P(better) .95 from noise (its standard error is then 1.3 %), few
 * enough to cost a fifth of a second beside training.
 */
const REPLICATES = 300;
/** Beyond this the bootstrap would delay the next checkpoint; `pitwall compare` still works. */
const MOST_DETECTIONS = 1_000_000;

/** Serves requests of the parent until its channel closes. `bundle` is the file that session threads run. */
export function serveParent(bundle: string): void {
  yieldToOthers();
  const warm = new WarmState(new SessionThread(bundle));
  const queue = new RequestQueue(() => {
    // After the answer, which is sent in this turn.
    if (warm.thread.isStuck) setImmediate(() => process.disconnect());
  });
  const channel = new Channel({
    send: (message) => process.send?.(message),
    handlers: {
      validate: (raw) => {
        const params = zValidateParams.parse(raw);
        const progress = (done: number, total: number): void =>
          channel.event('progress', { model: params.model, done, total });
        return queue.run(() => validate(warm, params, progress));
      },
      assess: (raw) => {
        const params = zAssessParams.parse(raw);
        return queue.run(() => assess(warm, params));
      },
      predict: (raw) => {
        const params = zPredictParams.parse(raw);
        return queue.run(() => predict(warm, params));
      },
      compare: (raw) => {
        const params = zCompareParams.parse(raw);
        return queue.run(() => compareFiles(params));
      },
      devices: () => queue.run(() => probeDevices(warm.thread)),
    },
  });
  process.on('message', (message) => channel.receive(message));
  process.once('disconnect', () => leave(queue.isBusy || warm.thread.isStuck));
}

/**
 * A native run cannot be interrupted and `exit` would wait for it; the parent is gone, so the exit code does not
 * matter.
 */
function leave(busy: boolean): void {
  if (busy) process.kill(process.pid, 'SIGKILL');
  process.exit(0);
}

/** One request at a time: two sessions at once would only slow each other down. */
class RequestQueue {
  readonly #onAnswered: () => void;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(onAnswered: () => void) {
    this.#onAnswered = onAnswered;
  }

  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const result = this.#last.then(work).finally(() => {
      this.#waiting--;
      this.#onAnswered();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Whether b is better than a, both being detections on the same val set; or why that is not known. */
async function compareFiles({ a, b }: CompareParams): Promise<CompareResult> {
  const [before, now] = [await read(a), await read(b)];
  const detections = before.detections.scores.length + now.detections.scores.length;
  if (detections > MOST_DETECTIONS)
    return { kind: 'refused', why: `${detections} detections would hold up the next checkpoint` };
  const result = compareRecords(before, now, { replicates: REPLICATES });
  if (result.kind === 'refused') return { kind: 'refused', why: inEnglish(result.why) };
  const { map, low, high, probabilityBetter } = result.comparison;
  return { kind: 'compared', difference: map, low, high, probabilityBetter };
}

async function read(file: string): Promise<DetectionsFile> {
  const found = decodeDetections(await readBytes(file, { most: MOST_BYTES.detections }));
  if (!found) throw new Error(`${file} is not a detections file that this version reads`);
  return found;
}

/**
 * Lowest priority, before any other thread is made: later ones inherit it. On Linux priority belongs to a thread, so the
 * threads that Node started before are lowered too.
 */
function yieldToOthers(): void {
  setPriority(constants.priority.PRIORITY_LOW);
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync('/proc/self/task')) lower(Number(thread));
}

/** A thread may have ended by now, which is fine. */
function lower(thread: number): boolean {
  try {
    setPriority(thread, constants.priority.PRIORITY_LOW);
    return true;
  } catch {
    return false;
  }
}
