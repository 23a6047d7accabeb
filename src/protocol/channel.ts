import { type Deferred, deferred } from '../base/async';
import { receivedError, type SentError, sentError, WordedError } from '../base/worded-error';
import { words } from '../base/words';

/** Both sides of a channel say theirs first: mixed builds must not talk. */
export const PROTOCOL_VERSION = 1;

export type Wire =
  | { readonly kind: 'hello'; readonly version: number }
  | { readonly kind: 'request'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  /** With the error's words, and its `code`, so that the caller can tell bad input from a fault. */
  | ({ readonly kind: 'error'; readonly id: number } & SentError)
  | { readonly kind: 'event'; readonly name: string; readonly value: unknown };

export type Handlers = Readonly<Record<string, (params: unknown) => unknown>>;

/** Memory that changes hands instead of being copied, for a transport that can. */
export type Buffers = readonly ArrayBuffer[];

/** What a handler returns if the answer's memory is to change hands. */
export class Transferred {
  readonly value: unknown;
  readonly buffers: Buffers;

  constructor(value: unknown, buffers: Buffers) {
    this.value = value;
    this.buffers = buffers;
  }
}

/** What an end of a channel does; the transport is the rest. */
export type EndOptions = {
  readonly handlers?: Handlers;
  readonly onEvent?: (name: string, value: unknown) => void;
  /**
   * The time for one answer; the channel is closed for `reason` if it takes longer. Requests are answered in their order,
   * so the time of each begins at the answer before it.
   */
  readonly deadline?: { readonly ms: number; readonly reason: Error };
};

export type ChannelOptions = EndOptions & {
  readonly send: (message: Wire, buffers: Buffers) => void;
};

/**
 * Requests and events between two processes or threads, over whatever `send` is. The first message of both sides is the
 * version. Every request is answered or failed; all pending ones fail on close, later ones are refused.
 */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #pending = new Map<number, Deferred<unknown>>();
  readonly #ready = deferred<void>();
  #closed: Error | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  #nextId = 1;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => undefined);
    options.send({ kind: 'hello', version: PROTOCOL_VERSION }, []);
  }

  /** Settles when the other side has said hello with the same version. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Why it is closed, if it is. */
  get closed(): Error | undefined {
    return this.#closed;
  }

  async request(method: string, params: unknown, buffers: Buffers = []): Promise<unknown> {
    await this.#ready.promise;
    if (this.#closed) throw this.#closed;
    const id = this.#nextId++;
    const answer = deferred<unknown>();
    this.#pending.set(id, answer);
    if (this.#pending.size === 1) this.#watch();
    this.#options.send({ kind: 'request', id, method, params }, buffers);
    return answer.promise;
  }

  event(name: string, value: unknown): void {
    if (!this.#closed) this.#options.send({ kind: 'event', name, value }, []);
  }

  /** Feeds a message that arrived. A message that is not ours is ignored. */
  receive(message: unknown): void {
    if (this.#closed || !isWire(message)) return;
    if (message.kind === 'hello') this.#greet(message.version);
    else if (message.kind === 'request') void this.#serve(message);
    else if (message.kind === 'event') this.#options.onEvent?.(message.name, message.value);
    else this.#settle(message);
  }

  close(reason: Error): void {
    if (this.#closed) return;
    this.#closed = reason;
    clearTimeout(this.#late);
    this.#ready.reject(reason);
    for (const answer of this.#pending.values()) answer.reject(reason);
    this.#pending.clear();
  }

  #greet(version: number): void {
    if (version === PROTOCOL_VERSION) this.#ready.resolve();
    else
      this.close(
        new WordedError(
          words(
            'this side speaks protocol {0}, the other {1}: reload after the update',
            PROTOCOL_VERSION,
            version,
          ),
        ),
      );
  }

  async #serve({ id, method, params }: Extract<Wire, { kind: 'request' }>): Promise<void> {
    try {
      const { handlers = {} } = this.#options;
      const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
      if (!handler) throw new Error(`no handler for ${method}`);
      const result = await handler(params);
      const { value, buffers } = result instanceof Transferred ? result : { value: result, buffers: [] };
      this.#answer({ kind: 'result', id, value }, buffers);
    } catch (error) {
      this.#answer({ kind: 'error', id, ...sentError(error) });
    }
  }

  #answer(message: Wire, buffers: Buffers = []): void {
    if (!this.#closed) this.#options.send(message, buffers);
  }

  #watch(): void {
    const { deadline } = this.#options;
    clearTimeout(this.#late);
    if (deadline && this.#pending.size > 0)
      this.#late = setTimeout(() => this.close(deadline.reason), deadline.ms);
  }

  #settle(message: Extract<Wire, { kind: 'result' | 'error' }>): void {
    const answer = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    this.#watch();
    if (message.kind === 'result') answer?.resolve(message.value);
    else answer?.reject(receivedError(message));
  }
}

const KINDS: ReadonlySet<unknown> = new Set(['hello', 'request', 'result', 'error', 'event']);

function isWire(message: unknown): message is Wire {
  return typeof message === 'object' && message !== null && KINDS.has((message as { kind?: unknown }).kind);
}
