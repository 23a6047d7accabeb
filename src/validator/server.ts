import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { oneAtATime } from '../base/async';
import { channelToParent } from '../protocol/node/transports';
import {
  zAssessParams,
  zCompareParams,
  zDrawMatchedParams,
  zDrawParams,
  zPredictParams,
  zValidateParams,
} from '../protocol/validator';
import { assess } from './assess';
import { validateClasses } from './classify/validate-classes';
import { compareFiles, drawFile } from './compare-files';
import { probeDevices } from './devices/probe';
import { drawMatched } from './draw-matched';
import { validateChecked } from './half-parity';
import { predict } from './predict';
import { SessionThread } from './session/session-thread';
import { validate } from './validate';
import { WarmState } from './warm';

/** Serves requests of the parent until its channel closes. `bundle` is the file that session threads run. */
export function serveParent(bundle: string): void {
  yieldToOthers();
  const warm = new WarmState(new SessionThread(bundle));
  const queue = new RequestQueue(() => {
    // After the answer, which is sent in this turn.
    if (warm.thread.isStuck) setImmediate(() => process.disconnect());
  });
  const channel = channelToParent({
    handlers: {
      validate: (raw) => {
        const params = zValidateParams.parse(raw);
        const progress = (done: number, total: number): void =>
          channel.event('progress', { model: params.model, done, total });
        return queue.run(async () =>
          (await isFolder(params.data))
            ? validateClasses(warm, params, progress)
            : validateChecked(warm.halfTrust, params, (how) => validate(warm, how, progress)),
        );
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
      draw: (raw) => {
        const params = zDrawParams.parse(raw);
        return queue.run(() => drawFile(params));
      },
      drawMatched: (raw) => {
        const params = zDrawMatchedParams.parse(raw);
        return queue.run(() => drawMatched(warm, params));
      },
      devices: () => queue.run(() => probeDevices(warm.thread)),
    },
  });
  process.once('disconnect', () => leave(queue.isBusy || warm.thread.isStuck));
}

/** A classification set is one. */
const isFolder = async (data: string): Promise<boolean> =>
  (await stat(data).catch(() => undefined))?.isDirectory() ?? false;

/**
 * A native run cannot be interrupted and `exit` would wait for it; the parent is gone, so the exit code does not
 * matter.
 */
function leave(busy: boolean): void {
  if (busy) process.kill(process.pid, 'SIGKILL');
  process.exit(0);
}

/** What `nice` gives without a number: docs/decisions/09-validator-priority.md. */
const BELOW_TRAINER = 10;
const LOWEST = 19;

/** One request at a time: two sessions at once would only slow each other down. */
class RequestQueue {
  readonly #onAnswered: () => void;
  readonly #inTurn = oneAtATime();
  #waiting = 0;

  constructor(onAnswered: () => void) {
    this.#onAnswered = onAnswered;
  }

  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    return this.#inTurn(work).finally(() => {
      this.#waiting--;
      this.#onAnswered();
    });
  }
}

/**
 * Below the trainer's priority, before any other thread is made: later ones inherit it. On Linux priority belongs to a thread,
 * so the threads that Node started before are lowered too.
 */
function yieldToOthers(): void {
  const priority = Math.min(LOWEST, getPriority() + BELOW_TRAINER);
  setPriority(priority);
  if (process.platform !== 'linux') return;
  for (const thread of readdirSync('/proc/self/task')) lower(Number(thread), priority);
}

/** A thread may have ended by now, which is fine. */
function lower(thread: number, priority: number): boolean {
  try {
    setPriority(thread, priority);
    return true;
  } catch {
    return false;
  }
}
