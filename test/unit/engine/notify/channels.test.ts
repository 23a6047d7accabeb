import { describe, expect, it } from 'vitest';
import {
  type CHANNEL_NAMES,
  channel,
  type Delivery,
  type Message,
} from '../../../../src/engine/notify/channels';

const message: Message = {
  kind: 'failure',
  run: 'pcb-1',
  title: 'pcb-1 has failed',
  text: 'exit code 1 <@all> & more. On gpu01.',
  host: 'gpu01',
};
const NOW = 1_700_000_000_000;
const SECRET = 'SECa1b2c3';

function http(name: Parameters<typeof channel>[0], settings: object, from = message) {
  const delivery = channel(name).request(from, { url: 'https://h.example/x', ...settings }, NOW);
  if (delivery.kind !== 'http') throw new Error(`${name} is no channel of http`);
  return delivery;
}

describe('the request of a channel', () => {
  const check = (got: Delivery, expected: Partial<Extract<Delivery, { kind: 'http' }>>): void =>
    expect(got).toEqual({ kind: 'http', url: 'https://h.example/x', headers: {}, ...expected });
  const text = 'Pitwall: pcb-1 has failed\nexit code 1 ＜@all> & more. On gpu01.';

  it('of a webhook holds all that is known, and its token as a bearer', () => {
    check(http('webhook', { token: 'tk' }), {
      headers: { authorization: 'Bearer tk' },
      body: { source: 'pitwall', version: 1, time: NOW, ...message },
    });
  });

  it('of ntfy goes to the root of the server with the topic in it, for a path before the topic as well', () => {
    const body = {
      topic: 'my topic',
      title: 'Pitwall: pcb-1 has failed',
      message: message.text,
      priority: 4,
      tags: ['rotating_light'],
    };
    check(http('ntfy', { url: 'https://ntfy.sh/my%20topic' }), { url: 'https://ntfy.sh/', body });
    check(http('ntfy', { url: 'http://box:81/ntfy/my%20topic/', token: 'tk' }), {
      url: 'http://box:81/ntfy',
      body,
      headers: { authorization: 'Bearer tk' },
    });
  });

  it('of Slack escapes its three control characters: no one is called', () => {
    check(http('slack', {}), {
      body: { text: 'Pitwall: pcb-1 has failed\nexit code 1 &lt;@all&gt; &amp; more. On gpu01.' },
    });
  });

  it('of Feishu is plain text, signed by the vector that openssl gives', () => {
    const body = { msg_type: 'text', content: { text } };
    check(http('feishu', {}), { body });
    check(http('feishu', { secret: SECRET }), {
      body: { timestamp: '1700000000', sign: 'u61KB3CGK5V8mSZ0pc/utGxT0oatNjJ7WobmuHZgKWI=', ...body },
    });
  });

  it('of DingTalk carries its signature in the address, by the vector that openssl gives', () => {
    const body = { msgtype: 'text', text: { content: text.replace('＜', '<') } };
    check(http('dingtalk', { url: 'https://h.example/x?access_token=abc' }), {
      url: 'https://h.example/x?access_token=abc',
      body,
    });
    check(http('dingtalk', { url: 'https://h.example/x?access_token=abc', secret: SECRET }), {
      url: 'https://h.example/x?access_token=abc&timestamp=1700000000000&sign=r3A3qrlgRa%2BTdR5aXyvO01zn0wmdf5B%2FXKtKbV42SDc%3D',
      body,
    });
  });

  it('of WeCom is plain text that calls no one', () => {
    check(http('wecom', {}), { body: { msgtype: 'text', text: { content: text } } });
  });

  it('of the desktop is a title and a text', () => {
    expect(channel('desktop').request({ ...message, kind: 'best' }, { url: '' }, NOW)).toEqual({
      kind: 'desktop',
      title: 'Pitwall: pcb-1 has failed',
      text: message.text,
      urgent: false,
    });
  });

  it('stays below 2,048 bytes of text, cut between characters', () => {
    const long = { ...message, text: '训练'.repeat(5000) };
    const { content } = (http('wecom', {}, long).body as { text: { content: string } }).text;
    expect(Buffer.byteLength(content)).toBeLessThan(2048);
    expect(content).toMatch(/^Pitwall: pcb-1 has failed\n(训练)+训?…$/);
  });
});

it('a refusal within an answer of status 200 is known by its number', () => {
  const check = (name: (typeof CHANNEL_NAMES)[number], answer: unknown, expected: number | undefined): void =>
    expect(channel(name).refusal?.(answer)).toBe(expected);
  check('feishu', { code: 19021, msg: 'sign match fail' }, 19021);
  check('feishu', { code: 0, StatusCode: 0 }, undefined);
  check('dingtalk', { errcode: 310000 }, 310000);
  check('wecom', { errcode: 93000 }, 93000);
  check('wecom', { errcode: 0, errmsg: 'ok' }, undefined);
  check('wecom', undefined, undefined);
});
