// cspell:ignore slak tokn
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../src/base/problem';
import { readNotifySettings, takeNotifyEnvironment } from '../../../../src/engine/notify/settings';
import { slashed } from '../../../helpers/platform';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-notify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'notify.yaml');

function read(text: string, env: Readonly<Record<string, string>> = {}, mode = 0o600) {
  writeFileSync(file, text);
  chmodSync(file, mode);
  return readNotifySettings(env, file);
}
const ALL = ['end', 'failure', 'divergence', 'stall', 'best'];

describe('what is set up', () => {
  it('is nothing without a file and variables', () => {
    expect(readNotifySettings({}, path.join(folder, 'absent.yaml'))).toEqual({
      channels: [],
      language: 'en',
      problems: [],
    });
  });

  it('is read from the file: an address alone, or a block', () => {
    const text =
      'language: zh-cn\ndesktop: true\nslack: https://hooks.slack.com/x\nntfy:\n  url: https://ntfy.sh/t\n  token: tk\n  events: [end]\n  private: true\nwecom: false\n';
    expect(read(text)).toEqual({
      channels: [
        { name: 'desktop', url: '', events: ALL, private: false },
        { name: 'slack', url: 'https://hooks.slack.com/x', events: ALL, private: false },
        { name: 'ntfy', url: 'https://ntfy.sh/t', token: 'tk', events: ['end'], private: true },
      ],
      language: 'zh-cn',
      problems: [],
    });
  });

  it('of a variable counts over that of the editor, and that over the file, a channel at a time', () => {
    const env = {
      PITWALL_NOTIFY: '{"slack": "https://editor.example/s", "feishu": {"url": "https://editor.example/f"}}',
      PITWALL_NOTIFY_FEISHU: 'https://variable.example/f',
      PITWALL_NOTIFY_FEISHU_SECRET: 'S',
      PITWALL_NOTIFY_FEISHU_EVENTS: 'end, failure',
      PITWALL_NOTIFY_DESKTOP: '1',
      LANG: 'zh_CN.UTF-8',
    };
    const { channels, language, problems } = read(
      'slack: https://file.example/s\nwecom: https://file.example/w\n',
      env,
    );
    expect(problems).toEqual([]);
    expect(language).toBe('zh_CN.UTF-8');
    expect(channels.map(({ name, url }) => `${name} ${url}`)).toEqual([
      'slack https://editor.example/s',
      'wecom https://file.example/w',
      'feishu https://variable.example/f',
      'desktop ',
    ]);
    expect(channels[2]).toMatchObject({ secret: 'S', events: ['end', 'failure'] });
  });

  it('is taken out of the environment that children inherit', () => {
    const env: NodeJS.ProcessEnv = { PITWALL_NOTIFY_SLACK: 'https://s', PITWALL_RUN: 'a', LANG: 'C' };
    expect(takeNotifyEnvironment(env)).toMatchObject({ PITWALL_NOTIFY_SLACK: 'https://s', LANG: 'C' });
    expect(env).toEqual({ PITWALL_RUN: 'a', LANG: 'C' });
  });
});

describe('what is wrong', () => {
  const check = (text: string, expected: string): void => {
    const { channels, problems } = read(text);
    expect(problems.map((problem) => slashed(formatProblem(problem).replace(folder, '')))).toEqual([
      expected,
    ]);
    expect(channels).toEqual([]);
  };

  it('is one line with file, place, key and the nearest name', () => {
    const names = 'desktop, webhook, ntfy, slack, feishu, dingtalk, wecom, language';
    check('slak: https://x', `/notify.yaml:1:7: slak: slak is not one of ${names}; did you mean slack?`);
    check(
      'ntfy:\n  url: https://x/t\n  tokn: hush',
      '/notify.yaml:3:9: ntfy.tokn: tokn is not one of url, token, events, private; did you mean token?',
    );
    check(
      'slack: { url: https://x, events: [ende] }',
      '/notify.yaml:1:34: slack.events: ende is not one of end, failure, divergence, stall, best; did you mean end?',
    );
    check(
      '[1]',
      '/notify.yaml:1:1: expected channels, such as ntfy: { url: https://ntfy.sh/my-secret-topic }',
    );
    check(
      'slack: {}',
      '/notify.yaml:1:8: slack.url: expected an address such as https://hooks.slack.com/services/T.../B.../...',
    );
  });

  it('never holds the value, which may be a secret', () => {
    const { problems } = read(
      'slack: ftp://hush.example/hush\nntfy: { url: https://x/t, token: [hush] }\nwebhook: 7\n',
    );
    expect(problems.length).toBe(3);
    expect(JSON.stringify(problems)).not.toContain('hush');
  });

  it.skipIf(process.platform === 'win32')('of a file that others can read is that', () => {
    const { channels, problems } = read('slack: https://x', {}, 0o644);
    expect(channels).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      `can be read by others and is not used: chmod 600 ${file}`,
    ]);
  });
});
