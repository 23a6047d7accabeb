import os from 'node:os';
import { Command } from '@commander-js/extra-typings';
import { formatProblem } from '../../base/problem';
import { inEnglish } from '../../base/words';
import { newsOfTest } from '../../domain/notify/news';
import { CHANNEL_NAMES } from '../../engine/notify/channels';
import type { NotifyChannel } from '../../engine/notify/check-settings';
import { messageOf, placeOf, sendOnce } from '../../engine/notify/send';
import { notifyFile, readNotifySettings } from '../../engine/notify/settings';
import { translateFor } from '../../engine/translate';
import type { Cli } from '../cli';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printLine } from '../io';

export function notifyCommand({ io, run }: Cli) {
  const test = new Command('test')
    .description('send a message through each channel that is set up, or through one')
    .argument('[channel]', CHANNEL_NAMES.join(', '))
    .action(run(async (name) => sendTest(io, name)));
  return new Command('notify')
    .description('messages about runs: desktop, webhook, ntfy, Slack, Feishu, DingTalk, WeCom')
    .addCommand(test);
}

async function sendTest(io: CliIo, name: string | undefined): Promise<ExitCode> {
  const { channels, language, problems } = readNotifySettings(io.env);
  if (problems.length > 0) throw badInput(problems.map(formatProblem));
  const wanted = channels.filter((one) => name === undefined || one.name === name);
  if (wanted.length === 0) throw badInput(nothingSetUp(name));
  const message = messageOf(newsOfTest(os.hostname()), translateFor(language));
  const { signal } = new AbortController();
  let code: ExitCode = 0;
  for (const channel of wanted) {
    const sent = await sendOnce(message, channel, { signal });
    const result = sent.kind === 'sent' ? 'sent' : inEnglish(sent.said);
    printLine(io.stdout, `${placeOf(channel)}: ${result}`);
    if (sent.kind === 'failed') code = 1;
  }
  return code;
}

function nothingSetUp(name: string | undefined): string {
  const what = name === undefined ? 'no channel' : `no channel ${name}`;
  return `${what} is set up: write one into ${notifyFile()}, such as "ntfy: https://ntfy.sh/my-secret-topic"`;
}

/** For `doctor`: the receivers of messages, and their events. */
export function notifyLines(env: CliIo['env']): string[] {
  const { channels, problems } = readNotifySettings(env);
  const lines = channels.map((one) => `notifications: ${placeOf(one)} on ${one.events.join(', ')}`);
  const wrong = problems.map((problem) => `notifications: ${formatProblem(problem)}`);
  return channels.length + problems.length === 0
    ? [`notifications: none (${notifyFile()})`]
    : [...lines, ...wrong];
}

/** The same for programs, without what an address holds beside its host. */
export function notifyReport(env: CliIo['env']): readonly Pick<NotifyChannel, 'name' | 'events'>[] {
  return readNotifySettings(env).channels.map(({ name, events }) => ({ name, events }));
}
