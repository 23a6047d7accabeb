import { afterEach, describe, expect, it } from 'vitest';
import { type Listener, listen } from '../../helpers/listener';
import { cli } from './harness';

let server: Listener | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
});

describe('notify test', () => {
  it('sends through each channel that is set up, in the language of the reader, and names hosts alone', async () => {
    server = await listen((n, response) => response.writeHead(n === 2 ? 404 : 200).end());
    const env = {
      PITWALL_NOTIFY_WEBHOOK: `http://${server.host}/hush`,
      PITWALL_NOTIFY_SLACK: `http://${server.host}/hush`,
      PITWALL_NOTIFY_LANGUAGE: 'zh_CN.UTF-8',
    };
    const { code, out, err } = await cli(['notify', 'test'], '/', env);
    expect([code, err]).toEqual([1, '']);
    expect(out).toBe(`webhook (${server.host}): sent\nslack (${server.host}): ${server.host} answered 404\n`);
    expect(server.heard[0].body).toMatchObject({ kind: 'end', title: '通知测试' });
  });

  it('sends through the one that is named', async () => {
    server = await listen();
    const url = `http://${server.host}/`;
    const env = { PITWALL_NOTIFY_WEBHOOK: url, PITWALL_NOTIFY_SLACK: url };
    expect(await cli(['notify', 'test', 'slack'], '/', env)).toMatchObject({ code: 0 });
    expect(server.heard.map(({ body }) => Object.keys(body))).toEqual([['text']]);
  });

  it('says in one line that nothing is set up, or what is wrong', async () => {
    const check = async (env: Readonly<Record<string, string>>, expected: RegExp): Promise<void> => {
      const { code, err } = await cli(['notify', 'test'], '/', env);
      expect(code).toBe(2);
      expect(err).toMatch(expected);
    };
    await check({}, /^no channel is set up: write one into .*notify\.yaml, such as "ntfy: /);
    await check({ PITWALL_NOTIFY_SLACK: 'hush' }, /^PITWALL_NOTIFY_\*: slack\.url: expected an address/);
  });
});
