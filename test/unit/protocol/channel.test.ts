import { describe, expect, it, vi } from 'vitest';
import { type Buffers, Channel, type Handlers, Transferred, type Wire } from '../../../src/protocol/channel';
import { nextTurn } from '../../helpers/until';

/** Two ends wired to each other; every message passes through structuredClone, as it would between processes. */
function connect(left: Handlers, right: Handlers): { a: Channel; b: Channel; events: unknown[] } {
  const events: unknown[] = [];
  const ends: { a?: Channel; b?: Channel } = {};
  const deliver = (to: 'a' | 'b') => (message: Wire) =>
    queueMicrotask(() => ends[to]?.receive(structuredClone(message)));
  ends.a = new Channel({ send: deliver('b'), handlers: left });
  ends.b = new Channel({
    send: deliver('a'),
    handlers: right,
    onEvent: (name, value) => events.push([name, value]),
  });
  return { a: ends.a, b: ends.b, events };
}

describe('Channel', () => {
  it('answers a request with the handler result', async () => {
    const { a } = connect({}, { double: (n) => Number(n) * 2 });
    await expect(a.request('double', 21)).resolves.toBe(42);
  });

  it('fails a request whose handler throws, or that has no handler', async () => {
    const { a } = connect({}, { broken: () => Promise.reject(new Error('no such file')) });
    await expect(a.request('broken', null)).rejects.toThrow('no such file');
    await expect(a.request('missing', null)).rejects.toThrow('no handler for missing');
  });

  it('has no handlers but those that were given', async () => {
    const { a } = connect({}, {});
    for (const method of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      await expect(a.request(method, null)).rejects.toThrow(`no handler for ${method}`);
  });

  it('carries events one way', async () => {
    const { a, events } = connect({}, {});
    await a.ready;
    a.event('progress', { done: 3 });
    await nextTurn();
    expect(events).toEqual([['progress', { done: 3 }]]);
  });

  it('fails all pending requests on close, and later ones at once', async () => {
    const { a } = connect({}, { never: () => new Promise(() => undefined) });
    const pending = a.request('never', null);
    await a.ready;
    await Promise.resolve();
    a.close(new Error('the validator exited'));
    await expect(pending).rejects.toThrow('the validator exited');
    await expect(a.request('never', null)).rejects.toThrow('the validator exited');
  });

  it('refuses another protocol version, naming both', async () => {
    const channel = new Channel({ send: () => undefined });
    channel.receive({ kind: 'hello', version: 999 });
    await expect(channel.request('x', null)).rejects.toThrow(/protocol 1, the other 999/);
  });

  it('is closed if an answer takes too long; the time of each request begins at the answer before it', async () => {
    vi.useFakeTimers();
    try {
      const reason = new Error('no answer within 10 s');
      const channel = new Channel({ send: () => undefined, deadline: { ms: 10_000, reason } });
      channel.receive({ kind: 'hello', version: 1 });
      const [first, second] = [channel.request('x', null), channel.request('x', null)];
      second.catch(() => undefined);
      await vi.advanceTimersByTimeAsync(9_000);
      channel.receive({ kind: 'result', id: 1, value: 'in time' });
      await expect(first).resolves.toBe('in time');
      await vi.advanceTimersByTimeAsync(9_000);
      expect(channel.closed).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(channel.closed).toBe(reason);
      await expect(second).rejects.toBe(reason);
    } finally {
      vi.useRealTimers();
    }
  });

  it('hands over the memory of requests and answers that say so', async () => {
    const [sent, answered] = [new ArrayBuffer(8), new ArrayBuffer(16)];
    const buffers: Buffers[] = [];
    const channel = new Channel({
      send: (_, handed) => buffers.push(handed),
      handlers: { make: () => new Transferred('made', [answered]) },
    });
    channel.receive({ kind: 'hello', version: 1 });
    void channel.request('take', null, [sent]);
    channel.receive({ kind: 'request', id: 1, method: 'make', params: null });
    await nextTurn();
    expect(buffers).toEqual([[], [sent], [answered]]);
  });

  it('ignores what is not a message of ours', async () => {
    const { a } = connect({}, { ok: () => 'fine' });
    a.receive('noise');
    a.receive({ kind: 'unknown' });
    a.receive(null);
    await expect(a.request('ok', null)).resolves.toBe('fine');
  });
});
