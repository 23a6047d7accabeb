import { createHmac } from 'node:crypto';
import type { NewsKind } from '../../domain/notify/news';

/** News in the language of its reader. */
export type Message = {
  readonly kind: NewsKind;
  readonly run: string;
  readonly title: string;
  readonly text: string;
  readonly host: string;
  readonly epoch?: number;
  readonly step?: number;
};

/** What a person has set up for one channel. */
export type ChannelSettings = {
  readonly url: string;
  /** Access token of an ntfy server, or of a webhook: sent as a bearer. */
  readonly token?: string;
  /** Signing secret of a robot. */
  readonly secret?: string;
};

/** What is to be done for a message; no I/O. */
export type Delivery =
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
    }
  | { readonly kind: 'desktop'; readonly title: string; readonly text: string; readonly urgent: boolean };

export type Channel = {
  /** Keys of its settings beside `events`; the first is what a bare text means. */
  readonly keys: readonly (keyof ChannelSettings)[];
  /** How its address looks, for messages about a missing one. */
  readonly example: string;
  request(message: Message, settings: ChannelSettings, now: number): Delivery;
  /** The number of an error in an answer of status 200: some services refuse so. */
  refusal?(answer: unknown): number | undefined;
};

const LINES = (message: Message): string => `Pitwall: ${message.title}\n${message.text}`;

/** WeCom takes 2,048 bytes, ntfy 4,096; what is longer is refused whole. */
const MOST_TEXT_BYTES = 1800;

/** Every channel. A new one is an entry here (and its strings in the manifest, if VS Code is to complete it). */
export const CHANNELS = {
  desktop: {
    keys: [],
    example: 'true',
    request: ({ title, text, kind }) => ({
      kind: 'desktop',
      title: `Pitwall: ${title}`,
      text,
      urgent: isUrgent(kind),
    }),
  },
  webhook: {
    keys: ['url', 'token'],
    example: 'https://example.com/hook',
    request: (message, { url, token }, now) =>
      post(url, { source: 'pitwall', version: 1, time: now, ...message }, bearer(token)),
  },
  ntfy: {
    keys: ['url', 'token'],
    example: 'https://ntfy.sh/my-secret-topic',
    // As JSON to the server's root: a header could not carry a title in Chinese (docs.ntfy.sh/publish).
    request: (message, { url, token }) => {
      const { title, text, kind } = message;
      const { root, topic } = topicOf(url);
      const body = {
        topic,
        title: `Pitwall: ${title}`,
        message: short(text),
        priority: isUrgent(kind) ? 4 : 3,
      };
      return post(root, { ...body, tags: [TAGS[kind]] }, bearer(token));
    },
  },
  slack: {
    keys: ['url'],
    example: 'https://hooks.slack.com/services/T.../B.../...',
    // Three characters are control characters there: <!channel> would call everybody (docs.slack.dev, formatting).
    request: (message, { url }) =>
      post(url, { text: short(LINES(message)).replace(/[&<>]/g, (char) => ENTITIES[char] ?? char) }),
  },
  feishu: {
    keys: ['url', 'secret'],
    example: 'https://open.feishu.cn/open-apis/bot/v2/hook/...',
    request: (message, { url, secret }, now) => {
      const body = { msg_type: 'text', content: { text: withoutTags(short(LINES(message))) } };
      return post(url, { ...(secret !== undefined && feishuSignature(secret, now)), ...body });
    },
    refusal: (answer) => numberOf(answer, 'code') ?? numberOf(answer, 'StatusCode'),
  },
  dingtalk: {
    keys: ['url', 'secret'],
    example: 'https://oapi.dingtalk.com/robot/send?access_token=...',
    request: (message, { url, secret }, now) =>
      post(secret === undefined ? url : signedForDingtalk(url, secret, now), {
        msgtype: 'text',
        text: { content: short(LINES(message)) },
      }),
    refusal: (answer) => numberOf(answer, 'errcode'),
  },
  wecom: {
    keys: ['url'],
    example: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...',
    request: (message, { url }) =>
      post(url, { msgtype: 'text', text: { content: withoutTags(short(LINES(message))) } }),
    refusal: (answer) => numberOf(answer, 'errcode'),
  },
} as const satisfies Readonly<Record<string, Channel>>;

export type ChannelName = keyof typeof CHANNELS;
export const CHANNEL_NAMES = Object.keys(CHANNELS) as readonly ChannelName[];

export const channel = (name: ChannelName): Channel => CHANNELS[name];

function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Delivery {
  return { kind: 'http', url, headers, body };
}

const bearer = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

const isUrgent = (kind: NewsKind): boolean => kind === 'failure' || kind === 'divergence' || kind === 'stall';

const TAGS: Readonly<Record<NewsKind, string>> = {
  end: 'checkered_flag',
  failure: 'rotating_light',
  divergence: 'rotating_light',
  stall: 'hourglass',
  best: 'trophy',
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** `<at user_id="all">` in Feishu and `<@all>` in WeCom call people: no text of a run shall. */
const withoutTags = (text: string): string => text.replaceAll('<', '＜');

function topicOf(url: string): { root: string; topic: string } {
  const parsed = new URL(url);
  const parts = parsed.pathname.split('/').filter((part) => part !== '');
  const topic = decodeURIComponent(parts.pop() ?? '');
  return { root: `${parsed.origin}/${parts.join('/')}`, topic };
}

/** The key is the text and there is no message: open.feishu.cn, custom bot, signature. */
function feishuSignature(secret: string, now: number): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(now / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}

/** open.dingtalk.com, custom robot, signature: of milliseconds, in the address. */
function signedForDingtalk(url: string, secret: string, now: number): string {
  const signed = new URL(url);
  signed.searchParams.set('timestamp', String(now));
  signed.searchParams.set('sign', createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64'));
  return signed.href;
}

/** Undefined also for 0, which means that all went well. */
function numberOf(answer: unknown, key: string): number | undefined {
  const value = (answer as Readonly<Record<string, unknown>> | null)?.[key];
  return typeof value === 'number' && value !== 0 ? value : undefined;
}

/** Cut between characters. */
function short(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_TEXT_BYTES) return text;
  return `${bytes.subarray(0, MOST_TEXT_BYTES).toString('utf8').replace(/�+$/, '')}…`;
}
