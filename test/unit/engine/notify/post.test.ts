import type dns from 'node:dns';
import type http from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import type { Message } from '../../../../src/engine/notify/channels';
import { isWrittenNear, nearnessOf, type Posted, postJson } from '../../../../src/engine/notify/post';
import { type Sent, sendPatiently } from '../../../../src/engine/notify/send';
import { type Listener, listen } from '../../../helpers/listener';

const servers: Listener[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(answer: (n: number, response: http.ServerResponse) => void): Promise<Listener> {
  const server = await listen(answer);
  servers.push(server);
  return server;
}

const SECRET = 'hush-hush-topic';
const { signal } = new AbortController();
const post = (url: string, options: object = {}, more: object = {}): Promise<Posted> =>
  postJson({ url, headers: {}, body: { hello: '世界' }, mayBeNear: false, ...more }, { signal, ...options });
const reasonOf = (posted: Posted | Sent): string | undefined =>
  posted.kind === 'failed' ? inEnglish(posted.said) : posted.kind;

describe('a message that is sent', () => {
  it('arrives as JSON in UTF-8', async () => {
    const { heard, host } = await serve((_, response) => response.end('{"ok": 1}'));
    expect(await post(`http://${host}/${SECRET}`)).toEqual({ kind: 'answered', answer: { ok: 1 } });
    expect(heard).toEqual([{ url: `/${SECRET}`, body: { hello: '世界' } }]);
  });

  it('follows no redirect, wherever it leads', async () => {
    const other = await serve((_, response) => response.end());
    const { host } = await serve((_, response) =>
      response.writeHead(307, { location: `http://${other.host}/` }).end(),
    );
    expect(reasonOf(await post(`http://${host}/${SECRET}`))).toBe(
      `${host} answered with a redirect (307), which is not followed`,
    );
    expect(other.heard).toEqual([]);
  });

  it('waits no longer than its time for a server that is silent, or that never ends its answer', async () => {
    const silent = await serve(() => undefined);
    const endless = await serve((_, response) => response.writeHead(200).write('{'));
    for (const { host } of [silent, endless]) {
      const posted = await post(`http://${host}/${SECRET}`, { timeoutMs: 200 });
      expect(posted).toMatchObject({ kind: 'failed', mayPass: true });
      expect(reasonOf(posted)).toBe(`${host} did not answer in time`);
    }
  });

  it('may pass later if nothing listens, and not if it is refused', async () => {
    const { host } = await serve((_, response) => response.writeHead(403).end('no'));
    expect(await post(`http://${host}/`)).toMatchObject({ mayPass: false });
    const closed = await serve(() => undefined);
    servers.pop()?.close();
    const posted = await post(`http://${closed.host}/${SECRET}`);
    expect(posted).toMatchObject({ mayPass: true });
    expect(reasonOf(posted)).toBe(`${closed.host} cannot be reached (ECONNREFUSED)`);
  });

  it('listens to no more than a few words of an answer', async () => {
    const { host } = await serve((_, response) => response.end('x'.repeat(1_000_000)));
    expect(await post(`http://${host}/`)).toEqual({ kind: 'answered', answer: undefined });
  });
});

describe('an address', () => {
  it('is judged by what it is, however it is written', () => {
    const check = (address: string, expected: string): void =>
      expect(nearnessOf(new URL(`http://${address}/`).hostname), address).toBe(expected);
    for (const one of ['8.8.8.8', '[2606:4700::1]', '1.1.1.1']) check(one, 'public');
    for (const one of [
      '127.0.0.1',
      '2130706433',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '[::1]',
      '[fd12::1]',
    ])
      check(one, 'near');
    for (const one of ['169.254.169.254', '0.0.0.0', '[fe80::1]', '[::]', '100.100.100.200', '0xa9fea9fe'])
      check(one, 'never');
    for (const one of ['[::ffff:169.254.169.254]', '[64:ff9b::a9fe:a9fe]', '[fd00:ec2::254]', '224.0.0.1'])
      check(one, 'never');
    check('[::ffff:127.0.0.1]', 'near');
    expect(['localhost', '[::1]', '10.0.0.1', 'box.lan'].map(isWrittenNear)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  /** A name server's answer: the border. */
  const resolvesTo = (...addresses: string[]) =>
    ((_: string, __: object, callback: (...answer: unknown[]) => void) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )) as unknown as typeof dns.lookup;

  it('of a name that leads home is refused, unless its reader allows it; a metadata service in any case', async () => {
    const { heard, port } = await serve((_, response) => response.end());
    const url = `http://hooks.example.com:${port}/${SECRET}`;
    const lookup = resolvesTo('127.0.0.1');
    const refused = await post(url, { lookup });
    expect(refused).toMatchObject({ mayPass: false });
    expect(reasonOf(refused)).toContain(`hooks.example.com:${port} leads to a private or reserved address`);
    // One good address among bad ones changes nothing: the system would choose.
    expect(await post(url, { lookup: resolvesTo('8.8.8.8', '127.0.0.1') })).toMatchObject({ mayPass: false });
    expect(heard).toEqual([]);
    expect(await post(url, { lookup }, { mayBeNear: true })).toMatchObject({ kind: 'answered' });
    const metadata = { lookup: resolvesTo('169.254.169.254') };
    expect(await post(url, metadata, { mayBeNear: true })).toMatchObject({ kind: 'failed', mayPass: false });
    expect(reasonOf(await post('http://169.254.169.254/latest'))).toContain('nothing is ever sent to');
    expect(reasonOf(await post('file:///etc/passwd'))).toContain('is not an address of http or https');
  });

  it('of this very machine by its name is one that its reader meant', async () => {
    const { heard, port } = await serve((_, response) => response.end());
    expect(await post(`http://localhost:${port}/`)).toMatchObject({ kind: 'answered' });
    expect(heard.length).toBe(1);
  });
});

describe('a message that is sent with patience', () => {
  const message: Message = { kind: 'end', run: 'a', title: 'a has completed', text: 'On h', host: 'h' };
  const to = (host: string, name: 'webhook' | 'dingtalk' = 'webhook') =>
    ({ name, url: `http://${host}/${SECRET}`, events: ['end'], private: false }) as const;
  const options = { signal, pausesMs: [10, 10] };

  it('arrives after a server error', async () => {
    const { heard, host } = await serve((n, response) => response.writeHead(n === 1 ? 500 : 200).end());
    expect(await sendPatiently(message, to(host), options)).toEqual({ kind: 'sent' });
    expect(heard.length).toBe(2);
  });

  it('is given up after the last pause, with the host and nothing else of the address', async () => {
    const { heard, host } = await serve((_, response) => response.writeHead(503).end(SECRET));
    const sent = await sendPatiently(message, to(host), options);
    expect(reasonOf(sent)).toBe(`${host} answered 503`);
    expect(heard.length).toBe(3);
  });

  it('is given up at once if no further try helps', async () => {
    const { heard, host } = await serve((_, response) => response.end('{"errcode": 310000}'));
    expect(reasonOf(await sendPatiently(message, to(host, 'dingtalk'), options))).toBe(
      `${host} refused it (error 310000)`,
    );
    expect(heard.length).toBe(1);
  });

  it('is dropped in the middle of a pause when its sender leaves', async () => {
    const leaving = new AbortController();
    const { heard, host } = await serve((_, response) => {
      response.writeHead(500).end(() => leaving.abort());
    });
    await sendPatiently(message, to(host), { signal: leaving.signal, pausesMs: [1_000_000] });
    expect(heard.length).toBe(1);
  });
});
