import { Worker } from 'node:worker_threads';
import { type Deferred, deferred } from '../../base/async';
import { BadInputError } from '../../base/bad-input';
import type {
  LoadedModel,
  LoadModelRequest,
  RunRequest,
  RunResult,
  ThreadAnswer,
  ThreadRequest,
} from './thread-messages';

/**
 * A model may hold a loop without end, and a native run cannot be interrupted. The largest batch of the largest detector takes
 * two minutes on two busy cores; a slower machine sets more seconds by this variable.
 */
const DEADLINE_VARIABLE = 'PITWALL_SESSION_SECONDS';
const DEADLINE_SECONDS = 600;

export function deadlineOf(env: NodeJS.ProcessEnv): number {
  const given = Number(env[DEADLINE_VARIABLE]);
  return given > 0 ? given : DEADLINE_SECONDS;
}

/** The thread that owns the native sessions, seen from the other side. */
export class SessionThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Deferred<unknown>>();
  readonly #deadlineSeconds: number;
  #watchdog: NodeJS.Timeout | undefined;
  #isStuck = false;
  #nextId = 1;
  #nextSession = 1;

  /** `file` is the validator's own bundle, which serves sessions if it is not the main thread. */
  constructor(file: string, deadlineSeconds = deadlineOf(process.env)) {
    this.#deadlineSeconds = deadlineSeconds;
    this.#worker = new Worker(file);
    this.#worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('the session thread ended')));
  }

  /** Whether the thread has not answered in time: it never will, and its process can only be killed. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  async load(
    model: LoadModelRequest['model'],
    options: LoadModelRequest['options'],
  ): Promise<{ readonly session: number; readonly loaded: LoadedModel }> {
    const session = this.#nextSession++;
    const loaded = await this.#ask({ kind: 'load', session, model, options }, []);
    return { session, loaded: loaded as LoadedModel };
  }

  /** `data` is transferred, and comes back in the result. */
  async run(request: Omit<RunRequest, 'kind'>): Promise<RunResult> {
    const result = await this.#ask({ kind: 'run', ...request }, [request.data.buffer as ArrayBuffer]);
    return result as RunResult;
  }

  async release(session: number): Promise<void> {
    await this.#ask({ kind: 'release', session }, []);
  }

  #ask(request: ThreadRequest, transfer: readonly ArrayBuffer[]): Promise<unknown> {
    const id = this.#nextId++;
    const answer = deferred<unknown>();
    this.#pending.set(id, answer);
    if (this.#isStuck) answer.reject(this.#stuck());
    else if (this.#pending.size === 1) this.#watch();
    this.#worker.postMessage({ id, request }, [...transfer]);
    return answer.promise;
  }

  #settle(answer: ThreadAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    this.#watch();
    if (answer.ok) pending?.resolve(answer.value);
    else pending?.reject(new Error(answer.message));
  }

  /** Requests are answered in their order: the time of each starts at the answer before. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    if (this.#pending.size === 0) return;
    this.#watchdog = setTimeout(() => {
      this.#isStuck = true;
      this.#failAll(this.#stuck());
    }, this.#deadlineSeconds * 1000);
  }

  #stuck(): Error {
    const said = `the model gave no answer within ${this.#deadlineSeconds} s (${DEADLINE_VARIABLE})`;
    return new BadInputError(said);
  }

  #failAll(error: Error): void {
    clearTimeout(this.#watchdog);
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
