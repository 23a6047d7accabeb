import os from 'node:os';
import type { Disposable } from '../base/disposable';
import { problemWords } from '../base/problem';
import { inEnglish, type Words, words } from '../base/words';
import {
  type BetterBest,
  maySend,
  type News,
  newsOfAlert,
  newsOfBest,
  newsOfEnd,
  type SentMessage,
} from '../domain/notify/news';
import type { Alarm } from '../domain/run/alarm';
import type { NotifyChannel } from '../engine/notify/check-settings';
import { messageOf, placeOf, type Sent, sendPatiently } from '../engine/notify/send';
import { readNotifySettings } from '../engine/notify/settings';
import { translateFor } from '../engine/translate';
import type { RunFile } from '../run/files';
import { isOwnRun } from '../run/folder/signature';
import type { Outcome } from './outcome';
import type { RunJournal } from './run-journal';
import type { Supervisor } from './supervisor';
import type { TrainerControl } from './trainer-control';

export type NotifierOptions = {
  readonly run: RunFile;
  readonly dir: string;
  readonly journal: RunJournal;
  readonly supervisor: Supervisor;
  /** What the environment said of notifications, which children do not inherit. */
  readonly notifyEnv: Readonly<Record<string, string | undefined>>;
  readonly onChange: () => void;
};

/** Of a keeper that could not begin: no run is followed, so nothing is counted, and what was sent is not logged. */
export async function announceFailure(
  { run, dir, notifyEnv }: Pick<NotifierOptions, 'run' | 'dir' | 'notifyEnv'>,
  reason: Words,
): Promise<void> {
  const news = newsOfEnd({ run: run.name, host: os.hostname() }, { state: 'failed', reason });
  if (news === undefined || !(await isOwnRun(dir))) return;
  const { channels, language } = readNotifySettings(notifyEnv);
  const wanted = channels.filter(({ events }) => events.includes(news.kind));
  const message = messageOf(news, translateFor(language));
  const { signal } = new AbortController();
  await Promise.all(wanted.map((to) => sendPatiently(message, to, { signal })));
}

/** Reports to people who are away what became of the run: only what they have set up, and only of a run of their own. */
export class Notifier implements Disposable {
  readonly #options: NotifierOptions;
  readonly #leaving = new AbortController();
  readonly #notedProblems = new Set<string>();
  #pending = 0;
  #isSettled = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** The end is not reported yet, or something is on its way or waits for another try. */
  get busy(): boolean {
    return this.#pending > 0 || !this.#isSettled;
  }

  alarm(alarm: Alarm): void {
    this.#announce(newsOfAlert(this.#about, alarm));
  }

  best(best: BetterBest): void {
    this.#announce(newsOfBest(this.#about, best));
  }

  /** The end is reported once. A keeper that started later, for a request, has not seen it. */
  settle(isOver: boolean, { outcome, hasSeenEnd }: Pick<TrainerControl, 'outcome' | 'hasSeenEnd'>): void {
    if (isOver && outcome && hasSeenEnd && !this.#isSettled) this.#sendEnd(outcome);
    this.#isSettled = outcome !== undefined && (isOver || this.#isSettled);
  }

  #sendEnd({ state, reason }: Outcome): void {
    const { best } = this.#options.journal.state;
    this.#announce(newsOfEnd(this.#about, { state, ...(reason && { reason }), ...(best && { best }) }));
  }

  /** What is on its way is dropped. */
  dispose(): void {
    this.#leaving.abort();
  }

  get #about() {
    return { run: this.#options.run.name, host: os.hostname() };
  }

  /** The settings are read when they are needed: a run of weeks heeds what was set up meanwhile. */
  #announce(news: News | undefined): void {
    if (news === undefined) return;
    const { journal, notifyEnv } = this.#options;
    const { channels, language, problems } = readNotifySettings(notifyEnv);
    for (const problem of problems) this.#warn(problemWords(problem));
    const wanted = channels.filter(({ events }) => events.includes(news.kind));
    if (wanted.length === 0 || !maySend(news.kind, sentBy(journal), Date.now())) return;
    journal.note({ type: 'notified', kind: news.kind, channels: wanted.map(({ name }) => name) });
    for (const one of wanted) this.#send(news, one, language);
  }

  #send(news: News, to: NotifyChannel, language: string): void {
    const { supervisor, dir } = this.#options;
    const message = messageOf(news, translateFor(language));
    this.#pending++;
    supervisor.start({
      name: words('the message to {0}', to.name),
      run: async (): Promise<Sent | undefined> =>
        (await isOwnRun(dir)) ? sendPatiently(message, to, { signal: this.#leaving.signal }) : undefined,
      done: (sent) => this.#done(to, sent),
      failed: () => this.#done(to, undefined),
    });
  }

  #done(to: NotifyChannel, sent: Sent | undefined): void {
    this.#pending--;
    if (sent?.kind === 'failed' && !this.#leaving.signal.aborted)
      this.#warn(words('no message went through {0}: {1}', placeOf(to), sent.said));
    this.#options.onChange();
  }

  /** Each trouble once. */
  #warn(said: Words): void {
    const message = inEnglish(said);
    if (this.#notedProblems.has(message)) return;
    this.#notedProblems.add(message);
    this.#options.journal.note({ type: 'alert', rule: 'notify', severity: 'warning', said, numbers: {} });
  }
}

/** By this keeper and those before it. */
function sentBy({ state }: RunJournal): readonly SentMessage[] {
  return state.keeper.flatMap((entry) =>
    entry.type === 'notified' ? [{ kind: entry.kind, t: entry.t }] : [],
  );
}
