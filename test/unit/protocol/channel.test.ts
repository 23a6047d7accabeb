import { describe, expect, it } from 'vitest';
import { Channel, type Handlers, type Wire } from '../../../src/protocol/channel';
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

  it('ignores what is not a message of ours', async () => {
    const { a } = connect({}, { ok: () => 'fine' });
    a.receive('noise');
    a.receive({ kind: 'unknown' });
    a.receive(null);
    await expect(a.request('ok', null)).resolves.toBe('fine');
  });
});
