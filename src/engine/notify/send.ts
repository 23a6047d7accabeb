import os from 'node:os';
import type { Translate } from '../../base/translate';
import { say, type Words, words } from '../../base/words';
import type { News } from '../../domain/notify/news';
import { channel, type Message } from './channels';
import type { NotifyChannel } from './check-settings';
import { showToast } from './desktop';
import { type PostOptions, postJson } from './post';

export type Sent =
  | { readonly kind: 'sent' }
  /** `said` holds no secret: of an address only its host. */
  | { readonly kind: 'failed'; readonly said: Words; readonly mayPass: boolean };

/** Pauses before further tries: with four of ten seconds, a message is given up after a minute and a half. */
export const PAUSES_MS: readonly number[] = [2000, 10_000, 30_000];

export type SendOptions = PostOptions & { readonly pausesMs?: readonly number[] };

export function messageOf(news: News, t: Translate): Message {
  const { title, text, ...rest } = news;
  return { ...rest, title: say(title, t), text: say(text, t), host: os.hostname() };
}

/** The receiver of a channel, for people: what follows the host of an address can be a password. */
export function placeOf({ name, url }: NotifyChannel): string {
  return url === '' ? name : `${name} (${new URL(url).host})`;
}

/** Sends until it is sent, no further try is worth it, or the tries are used up. Never throws. */
export async function sendPatiently(
  message: Message,
  to: NotifyChannel,
  options: SendOptions,
): Promise<Sent> {
  for (const pause of options.pausesMs ?? PAUSES_MS) {
    const sent = await sendOnce(message, to, options);
    if (sent.kind === 'sent' || !sent.mayPass || options.signal.aborted) return sent;
    await pauseFor(pause, options.signal);
    if (options.signal.aborted) return sent;
  }
  return sendOnce(message, to, options);
}

export async function sendOnce(message: Message, to: NotifyChannel, options: PostOptions): Promise<Sent> {
  const { request, refusal } = channel(to.name);
  const delivery = request(message, to, Date.now());
  if (delivery.kind === 'desktop') {
    const why = await showToast(delivery, options.signal);
    return why === undefined ? { kind: 'sent' } : { kind: 'failed', said: why, mayPass: false };
  }
  const posted = await postJson({ ...delivery, mayBeNear: to.private }, options);
  if (posted.kind === 'failed') return posted;
  const code = refusal?.(posted.answer);
  if (code === undefined) return { kind: 'sent' };
  const said = words('{0} refused it (error {1})', new URL(to.url).host, code);
  return { kind: 'failed', said, mayPass: false };
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
