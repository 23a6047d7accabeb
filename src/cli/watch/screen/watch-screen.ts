import path from 'node:path';
import { toError } from '../../../base/async';
import { DisposableStore } from '../../../base/disposable';
import { Emitter } from '../../../base/event';
import { askAndWait } from '../../../engine/control/ask';
import { queueOf } from '../../../engine/queue/queue';
import { listRuns } from '../../../engine/runs/list-runs';
import { createRunState } from '../../../run/reduce';
import type { ControlRequest } from '../../../run/requests';
import type { RunState } from '../../../run/state';
import type { ExitCode } from '../../failure';
import type { CliIo } from '../../io';
import { styleFor } from '../../output/style';
import { resumeOrRefuse } from '../../resume';
import { mayAct, requireActing } from '../../trust';
import { createHumanReporter } from '../human-reporter';
import type { RunReporter } from '../reporter';
import { exitCodeOf } from '../summary';
import { type WatchResult, watchRun } from '../watch-run';
import { frameLines } from './frame';
import { type KeyAct, type Mode, press, WATCH } from './mode';
import { type Key, TerminalPage } from './terminal';

const DRAW_MS = 150;

/** Watches a run on the whole terminal, and the next one if that is asked for, until one ends or the person leaves. */
export async function watchOnScreen(io: CliIo, dir: string): Promise<ExitCode> {
  const screen = new WatchScreen(io, dir);
  let followed: WatchResult;
  try {
    followed = await screen.watch();
  } finally {
    screen.dispose();
  }
  const reporter = createHumanReporter(io, followed.live.dir);
  if (followed.interrupts > 0) reporter.note(`the run goes on: ${followed.live.dir}`);
  else reporter.finish(followed.live);
  followed.live.dispose();
  return screen.hasQuit ? 0 : exitCodeOf(followed);
}

class WatchScreen {
  readonly #io: CliIo;
  readonly #store = new DisposableStore();
  readonly #page: TerminalPage;
  readonly #left = this.#store.track(new Emitter<void>());
  #dir: string;
  #state: RunState = createRunState();
  #mode: Mode = WATCH;
  #note = '';
  #next: string | undefined;
  #isPaused = false;
  #quits = false;
  /** Left by its key, other than by Ctrl-C. */
  hasQuit = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(io: CliIo, dir: string) {
    this.#io = io;
    this.#dir = dir;
    this.#page = this.#store.track(new TerminalPage(io));
    this.#store.track(io.onInterrupt(() => this.#quit()));
    this.#store.track(this.#page.onKey((key) => this.#press(key)));
    this.#store.track(this.#page.onResize(() => this.#drawSoon()));
  }

  async watch(): Promise<WatchResult> {
    for (;;) {
      this.#next = undefined;
      this.#drawSoon();
      await mayAct(this.#io, this.#dir);
      const followed = await watchRun(this.#withKeys(), {
        ...{ dir: this.#dir, reporter: this.#reporter(), onInterrupt: () => false },
      });
      const next = this.#next ?? (await this.#afterPause(followed));
      if (next === undefined) return followed;
      followed.live.dispose();
      this.#dir = next;
    }
  }

  /** A key leaves as Ctrl-C does; also one that came before the run was open. */
  #withKeys(): CliIo {
    const onInterrupt: CliIo['onInterrupt'] = (listener) => {
      if (this.#quits) queueMicrotask(() => listener());
      return this.#left.event(listener);
    };
    return { ...this.#io, onInterrupt };
  }

  #quit(): void {
    this.#quits = true;
    this.#left.fire();
  }

  /** A paused run has no process: what goes on is decided here. Undefined: the person leaves. */
  async #afterPause({ live, interrupts }: WatchResult): Promise<string | undefined> {
    if (interrupts > 0 || live.presence.state !== 'paused') return undefined;
    this.#isPaused = true;
    this.#drawSoon();
    if (!this.#quits)
      await new Promise<void>((resolve) => {
        const waiting = this.#left.event(() => {
          waiting.dispose();
          resolve();
        });
      });
    this.#isPaused = false;
    return this.#next;
  }

  #reporter(): RunReporter {
    return {
      onEntries: (_, state) => {
        this.#state = state;
        this.#drawSoon();
      },
      note: (text) => this.#say(text),
      finish: () => undefined,
      leave: () => undefined,
    };
  }

  #press(key: Key): void {
    const { mode, act } = press(this.#mode, key, { state: this.#state, isPaused: this.#isPaused });
    this.#mode = mode;
    this.#drawSoon();
    if (act) this.#do(act).catch((error: unknown) => this.#say(toError(error).message));
  }

  async #do(act: KeyAct): Promise<void> {
    if (act.kind === 'say') this.#say(act.text);
    if (act.kind === 'leave') this.hasQuit = true;
    if (act.kind === 'leave' || act.kind === 'interrupt') this.#quit();
    if (act.kind === 'ask') await this.#ask(act.request);
    if (act.kind === 'next') await this.#goToNext();
    if (act.kind === 'resume') await this.#resume();
  }

  async #ask(request: ControlRequest): Promise<void> {
    this.#say(`asking for ${request.type}`);
    await requireActing(this.#io, this.#dir);
    const answer = await askAndWait(this.#dir, request, { installDir: this.#io.installDir, from: 'cli' });
    this.#say(answer?.message ?? 'no answer came');
  }

  async #resume(): Promise<void> {
    await resumeOrRefuse(this.#io, this.#dir);
    this.#goTo(this.#dir);
  }

  /** The next run of the folder that goes on or waits, then the first again. */
  async #goToNext(): Promise<void> {
    const folder = path.dirname(path.resolve(this.#dir));
    const dirs = queueOf((await listRuns(folder)).runs).map(({ dir }) => dir);
    const next = dirs[(dirs.indexOf(path.resolve(this.#dir)) + 1) % dirs.length];
    if (next === undefined || next === path.resolve(this.#dir)) this.#say('no other run goes on or waits');
    else this.#goTo(next);
  }

  #goTo(dir: string): void {
    this.#next = dir;
    this.#note = '';
    this.#left.fire();
  }

  #say(text: string): void {
    this.#note = text;
    this.#drawSoon();
  }

  #drawSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, DRAW_MS);
  }

  #draw(): void {
    this.#page.draw(
      frameLines({
        ...{ name: path.basename(this.#dir), state: this.#state, mode: this.#mode, note: this.#note },
        ...{ isPaused: this.#isPaused, size: this.#page.size, style: styleFor(this.#io, this.#io.stdout) },
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }
}
