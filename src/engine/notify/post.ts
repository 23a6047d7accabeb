import dns, { type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { toError } from '../../base/async';
import { parseJson } from '../../base/json';
import { type Words, words } from '../../base/words';

// A message goes to an address that its reader wrote. The name server decides what its name resolves to, so every address
// is judged when the connection is made.

const lists = {
  /** Link-local, metadata services of clouds, unspecified and multicast: never a receiver. */
  never: listOf(
    ['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '224.0.0.0/4', '240.0.0.0/4'],
    // Alibaba's and Oracle's metadata, AWS's over IPv6, and IPv4 in disguise (NAT64, 6to4).
    ['100.100.100.200/32', '192.0.0.192/32'],
    ['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128', '64:ff9b::/96', '2002::/16'],
  ),
  /** This machine and the networks around it. */
  near: listOf(
    ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
    ['::1/128', 'fc00::/7'],
  ),
};

type Nearness = 'public' | 'near' | 'never';

export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Its reader said that the name may lead into a private network. */
  readonly mayBeNear: boolean;
};

export type Posted =
  | { readonly kind: 'answered'; readonly answer: unknown }
  /** `said` names neither path nor query of the address: both can be a password. */
  | { readonly kind: 'failed'; readonly said: Words; readonly mayPass: boolean };

export type PostOptions = {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  /** How names become addresses. */
  readonly lookup?: typeof dns.lookup;
};

export const TIMEOUT_MS = 10_000;
/** An answer is a few words; the rest of a longer one is not read. */
const MOST_ANSWER_BYTES = 64 * 1024;

/**
 * Sends JSON once. Redirects are not followed: only the user who wrote the address decides who receives a message. Never throws.
 */
export async function postJson(post: Post, options: PostOptions): Promise<Posted> {
  const url = new URL(post.url);
  const refused = refusalOf(url);
  if (refused) return { kind: 'failed', said: refused, mayPass: false };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.timeoutMs ?? TIMEOUT_MS);
  const leave = (): void => late.abort();
  options.signal.addEventListener('abort', leave, { once: true });
  try {
    return await exchange(url, post, { ...options, signal: late.signal });
  } catch (error) {
    if (late.signal.aborted) return failed(words('{0} did not answer in time', url.host), true);
    return failureOf(toError(error), url.host);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', leave);
  }
}

function refusalOf(url: URL): Words | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return words('{0} is not an address of http or https', url.protocol);
  if (isWrittenNear(url.hostname) && url.hostname !== 'localhost' && nearnessOf(url.hostname) === 'never')
    return words('{0} is an address that nothing is ever sent to', url.hostname);
  return undefined;
}

function exchange(url: URL, post: Post, options: PostOptions): Promise<Posted> {
  const text = JSON.stringify(post.body);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'user-agent': 'pitwall',
    ...post.headers,
  };
  const mayBeNear = post.mayBeNear || isWrittenNear(url.hostname);
  const lookup = guardedLookup(mayBeNear, options.lookup ?? dns.lookup);
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    // No agent: a kept connection would skip the look at the address.
    const sent = request(url, { method: 'POST', headers, lookup, signal: options.signal, agent: false });
    sent.once('error', reject);
    sent.once('response', (response) => {
      readAnswer(response).then((answer) => resolve(judge(response, answer, url.host)), reject);
    });
    sent.end(text);
  });
}

async function readAnswer(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    bytes += (part as Buffer).length;
    if (bytes > MOST_ANSWER_BYTES) break;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

function judge({ statusCode = 0 }: http.IncomingMessage, answer: string, host: string): Posted {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'answered', answer: parseJson(answer) };
  if (statusCode >= 300 && statusCode < 400)
    return failed(
      words('{0} answered with a redirect ({1}), which is not followed', host, statusCode),
      false,
    );
  return failed(words('{0} answered {1}', host, statusCode), statusCode >= 500 || statusCode === 429);
}

/** Judges each address before the socket connects to it; a name that changes its mind afterwards changes nothing. */
function guardedLookup(mayBeNear: boolean, lookup: typeof dns.lookup): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      const refused = error ?? refusedOf(host, found, mayBeNear);
      if (refused) callback(refused, '', 0);
      else if (options.all) callback(null, found);
      else callback(null, found[0].address, found[0].family);
    });
  };
}

function refusedOf(host: string, found: readonly LookupAddress[], mayBeNear: boolean): Error | undefined {
  const isGood = found.length > 0 && found.every(({ address }) => isAllowed(address, mayBeNear));
  return isGood ? undefined : new Private(host);
}

function isAllowed(address: string, mayBeNear: boolean): boolean {
  const nearness = nearnessOf(address);
  return nearness === 'public' || (nearness === 'near' && mayBeNear);
}

class Private extends Error {}

function failureOf(error: Error, host: string): Posted {
  if (error instanceof Private)
    return failed(
      words(
        '{0} leads to a private or reserved address; "private: true" beside its address allows a private one',
        host,
      ),
      false,
    );
  const code = (error as NodeJS.ErrnoException).code ?? 'error';
  return failed(words('{0} cannot be reached ({1})', host, code), !FINAL.has(code));
}

/** What no further try mends. */
const FINAL: ReadonlySet<string> = new Set([
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ABORT_ERR'],
]);

function failed(said: Words, mayPass: boolean): Posted {
  return { kind: 'failed', said, mayPass };
}

/** An address that is none of any known kind is `never`. */
export function nearnessOf(address: string): Nearness {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? mappedHex(plain) ?? plain;
  const family = isIP(mapped);
  if (family === 0) return 'never';
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (lists.never.check(mapped, type)) return 'never';
  return lists.near.check(mapped, type) ? 'near' : 'public';
}

/** The host is an address itself, or the name of this very machine: who wrote it meant it. */
export function isWrittenNear(host: string): boolean {
  return host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

/** `::ffff:7f00:1`, as URLs write it. */
function mappedHex(address: string): string | undefined {
  const found = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (!found) return undefined;
  const [high, low] = [found[1], found[2]].map((part) => Number.parseInt(part, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function listOf(...groups: readonly (readonly string[])[]): BlockList {
  const list = new BlockList();
  for (const range of groups.flat()) {
    const [net, bits] = range.split('/');
    list.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
