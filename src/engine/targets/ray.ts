import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { toError } from '../../base/async';
import { parseJson } from '../../base/json';
import { quoted, words } from '../../base/words';
import type { RaySettings } from '../../domain/targets/target-keys';
import { EngineError, SilentError } from './engine-error';
import { readJobs, zRayRow } from './ray-answers';
import { readTargets, userTargetsFile } from './read-targets';
import { LOOKING, recently, shareAnswer } from './shared-answer';

/** What is needed to ask a cluster. */
export type RayPlace = Pick<RaySettings, 'address' | 'token_file'>;

export type RayQuestion = {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly timeoutMs?: number;
};

const ANSWERS_WITHIN_MS = 60_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** The JSON that Ray answers with. Throws one line, in which no token is, if it does not answer or refuses. */
export async function askRay(place: RayPlace, route: string, question: RayQuestion = {}): Promise<unknown> {
  const { status, text } = await send(place, route, question);
  const answer = readAnswer(text);
  if (status === 200 && answer !== undefined) return answer;
  throw refusal(place, status, text);
}

const readAnswer = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

type Answered = { readonly status: number; readonly text: string };

async function send(place: RayPlace, route: string, question: RayQuestion): Promise<Answered> {
  const { method = 'GET', body, timeoutMs = ANSWERS_WITHIN_MS } = question;
  const token = tokenOf(place);
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const sent = ask(`${place.address}${route}`, { method, headers, signal });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return withoutToken(await readResponse(sent), token);
  } catch (error) {
    if (signal.aborted) throw new SilentError(words('{0} does not answer', place.address), true);
    const { code, message } = toError(error) as NodeJS.ErrnoException;
    throw new EngineError(words('{0} does not answer: {1}', place.address, code ?? message), true);
  }
}

/** An answer may repeat what it was sent, and is shown, written into a run folder, or both. */
function withoutToken({ status, text }: Answered, token = ''): Answered {
  const written = JSON.stringify(token).slice(1, -1);
  const forms = [token, written].filter((form) => form !== '');
  return { status, text: forms.reduce((one, form) => one.replaceAll(form, '***'), text) };
}

/** Not fetch: Ray takes what sends Sec-Fetch headers for a browser, and refuses every POST of it. Follows no redirect: the token is for this address. */
const ask = (url: string, options: https.RequestOptions): http.ClientRequest =>
  url.startsWith('https:') ? https.request(url, options) : http.request(url, options);

async function readResponse(sent: http.ClientRequest): Promise<Answered> {
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    parts.push(part);
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') };
}

const FROM_GATEWAY = new Set([502, 503, 504]);

function refusal({ address }: RayPlace, status: number, text: string): EngineError {
  if (status === 401)
    return new EngineError(
      words(
        '{0} wants a token: set RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH, or token_file in {1}',
        address,
        userTargetsFile(),
      ),
      false,
    );
  if (status === 403) return new EngineError(words('{0} refuses the token', address), false);
  if (status === 200 || status === 404 || (status >= 300 && status < 400))
    return new EngineError(
      words("{0} does not answer as Ray's dashboard does ({1})", address, status),
      false,
    );
  // Of a traceback the last line is the reason.
  const said = text.trim().split('\n').at(-1) ?? '';
  return new EngineError(
    words('{0} answered {1}: {2}', address, status, quoted(said.slice(0, 500))),
    FROM_GATEWAY.has(status),
  );
}

/** The user's token, from the places in which Ray itself looks for it; undefined without one. A project's file names none. */
function tokenOf({ token_file }: RayPlace): string | undefined {
  const { RAY_AUTH_TOKEN, RAY_AUTH_TOKEN_PATH } = process.env;
  const usual = path.join(os.homedir(), '.ray', 'auth_token');
  if (token_file === undefined && RAY_AUTH_TOKEN) return oneLine(RAY_AUTH_TOKEN, 'RAY_AUTH_TOKEN');
  const file = (token_file ?? RAY_AUTH_TOKEN_PATH) || (existsSync(usual) ? usual : undefined);
  return file === undefined ? undefined : oneLine(readToken(file), file);
}

const THIS_MACHINE = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/i;

/** Whether a token would go to another machine unencrypted. */
export function isTokenOpen(place: RayPlace): boolean {
  const { protocol, hostname } = new URL(place.address);
  if (protocol !== 'http:' || THIS_MACHINE.test(hostname)) return false;
  try {
    return tokenOf(place) !== undefined;
  } catch {
    // What is wrong with it is said when it is sent.
    return false;
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new EngineError(words('the token in {0} cannot be read: {1}', file, code), false);
  }
}

/** What Node says of a header that it refuses may hold the header. */
function oneLine(text: string, from: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
  throw new EngineError(words('what {0} holds is not a token', from), false);
}

const zRayAnswer = z.object({ t: z.number(), rows: z.array(zRayRow).readonly() });
export type RayAnswer = z.infer<typeof zRayAnswer>;

/** All jobs of ours on a cluster, in one call. */
export function askRayJobs(place: RayPlace, since = recently()): Promise<RayAnswer> {
  const { address } = place;
  const name = `ray-${createHash('sha256').update(address).digest('hex').slice(0, 12)}`;
  const askAnew = async (): Promise<RayAnswer> => {
    const t = Date.now();
    return { t, rows: readJobs(await askRay(place, '/api/jobs/', LOOKING)) };
  };
  return shareAnswer({ name, who: address, schema: zRayAnswer, ask: askAnew }, since);
}

/**
 * The cluster of a job, as the user's own targets say, or those of a project that the user has approved: what a run folder says would
 * be a stranger's address. Undefined if there is no such target any more.
 */
export function rayOf(target: string, folder: string): RaySettings | undefined {
  const found = readTargets(folder).targets.get(target);
  return found?.isOwn && found.settings.kind === 'ray' ? found.settings : undefined;
}
