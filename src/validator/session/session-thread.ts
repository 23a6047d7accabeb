import { Worker } from 'node:worker_threads';
import { type Deferred, deferred } from '../../base/async';
import type {
  LoadedModel,
  LoadRequest,
  RunRequest,
  RunResult,
  ThreadAnswer,
  ThreadRequest,
} from './thread-messages';

/** The thread that owns the native sessions, seen from the other side. */
export class SessionThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Deferred<unknown>>();
  #nextId = 1;
  #nextSession = 1;

  /** `file` is the validator's own bundle, which serves sessions where it is not the main thread. */
  constructor(file: string) {
    this.#worker = new Worker(file);
    this.#worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('the session thread ended')));
  }

  async load(
    model: LoadRequest['model'],
    options: LoadRequest['options'],
  ): Promise<{ readonly session: number; readonly loaded: LoadedModel }> {
    const session = this.#nextSession++;
    const loaded = await this.#ask({ kind: 'load', session, model, options }, []);
    return { session, loaded: loaded as LoadedModel };
  }

  /** `data` is handed over, and comes back in the result. */
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
    this.#worker.postMessage({ id, request }, [...transfer]);
    return answer.promise;
  }

  #settle(answer: ThreadAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.ok) pending?.resolve(answer.value);
    else pending?.reject(new Error(answer.message));
  }

  #failAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
