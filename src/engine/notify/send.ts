import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { toError } from '../../base/async';
import type { Translate } from '../../base/translate';
import { say, type Words, words } from '../../base/words';
import type { News } from '../../domain/notify/news';
import { findProgram } from '../../run/folder/find-program';
import { channel, type Message } from './channels';
import type { NotifyChannel } from './check-settings';
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

type Toast = { readonly title: string; readonly text: string; readonly urgent: boolean };

type SystemProgram = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

const run = promisify(execFile);
const MOST_MS = 10_000;

/** Shows a message of the system. Answers what is in the way, and never throws. */
export async function showToast(toast: Toast, signal: AbortSignal): Promise<Words | undefined> {
  const program = toastProgram(toast, process.platform, process.env);
  if (program === undefined) return words('notify-send is not on PATH: install libnotify');
  const { file, args, env } = program;
  try {
    await run(file, [...args], {
      env: { ...process.env, ...env },
      signal,
      timeout: MOST_MS,
      windowsHide: true,
    });
    return undefined;
  } catch (error) {
    return words('{0} failed: {1}', path.basename(file), whyOf(toError(error)));
  }
}

/** The program by its full path; what it shows is an argument or a variable and never part of a script. */
export function toastProgram(
  toast: Toast,
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): SystemProgram | undefined {
  if (platform === 'darwin')
    return { file: '/usr/bin/osascript', args: [...APPLE_SCRIPT, toast.title, toast.text] };
  if (platform === 'win32') return windowsProgram(toast, env);
  const file = findProgram('notify-send', env);
  if (file === undefined) return undefined;
  // Servers that know markup would act on it.
  const body = toast.text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;' })[char] ?? '&gt;');
  const urgency = `--urgency=${toast.urgent ? 'critical' : 'normal'}`;
  return { file, args: ['--app-name=Pitwall', urgency, '--', toast.title, body] };
}

const APPLE_SCRIPT = [
  ...['-e', 'on run argv'],
  ...['-e', 'display notification (item 2 of argv) with title (item 1 of argv)'],
  ...['-e', 'end run'],
];

/** Toasts need the identity of an installed program: PowerShell's own. */
const TOAST_SCRIPT = `
$ErrorActionPreference = 'Stop'
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(5)
$texts = $xml.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($xml.CreateTextNode($env:PITWALL_TOAST_TITLE))
[void]$texts.Item(1).AppendChild($xml.CreateTextNode($env:PITWALL_TOAST_TEXT))
$id = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($id).Show([Windows.UI.Notifications.ToastNotification]::new($xml))
`;

function windowsProgram(toast: Toast, env: Readonly<Record<string, string | undefined>>): SystemProgram {
  const script = Buffer.from(TOAST_SCRIPT, 'utf16le').toString('base64');
  return {
    file: path.win32.join(
      env.SystemRoot ?? 'C:\\Windows',
      'System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    ),
    args: ['-NoProfile', '-NonInteractive', '-EncodedCommand', script],
    env: { PITWALL_TOAST_TITLE: toast.title, PITWALL_TOAST_TEXT: toast.text },
  };
}

/** What it wrote; Node's own first line is the whole command, with the message in it. */
function whyOf(error: Error): string {
  const { stderr, code } = error as Error & { readonly stderr?: string; readonly code?: unknown };
  const line = stderr?.split('\n').find((one) => one.trim() !== '') ?? `${code ?? 'no answer'}`;
  return line.trim().slice(0, 200);
}
