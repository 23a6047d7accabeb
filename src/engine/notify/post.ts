import dns, { type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { toError } from '../../base/async';
import { parseJson } from '../../base/json';
import { type Words, words } from '../../base/words';
import { isWrittenNear, nearnessOf } from './address';

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
