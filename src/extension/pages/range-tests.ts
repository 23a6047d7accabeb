import type * as vscode from 'vscode';
import {
  ofSeveral,
  readRange,
  type SeveralTests,
  shownOfSeveral,
  testsWorth,
} from '../../domain/lr-range/suggest';
import type { RangePoint, RangeReading } from '../../domain/lr-range/types';
import { rangePoints } from '../../protocol/range-points';
import { FINAL_STATES } from '../../run/state-names';
import type { SharedRun } from '../run/open-runs';

export type TestsPorts = {
  readonly acquire: (dir: string) => Promise<SharedRun>;
  /** Starts the same test with another seed and gives its folder; absent for the page of a test made earlier. */
  readonly another: ((number: number) => Promise<string | undefined>) | undefined;
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
};

/** What is to be shown of them now. */
export type TestsNow = {
  /** The one that runs, or the last. */
  readonly run: SharedRun;
  readonly number: number;
  readonly points: readonly RangePoint[];
  /** Once all have ended: of one test, or of the one that is nearest to what several say. */
  readonly reading: RangeReading | undefined;
  readonly several: SeveralTests | undefined;
};

/** The tests behind a page: one after the other, each with the next seed, as many as a suggestion is worth. */
export class RangeTests implements vscode.Disposable {
  readonly #ports: TestsPorts;
  readonly #runs: SharedRun[] = [];
  readonly #watched: vscode.Disposable[] = [];
  readonly #readings = new Map<SharedRun, RangeReading>();
  readonly #begun = Date.now();
  #seconds = 0;
  #isStarting = false;
  /** No further test is started. */
  #isOver: boolean;

  constructor(first: SharedRun, ports: TestsPorts) {
    this.#ports = ports;
    this.#isOver = ports.another === undefined;
    this.#add(first);
  }

  now(): TestsNow {
    const run = this.#last;
    const number = this.#runs.length;
    const isEnded = isFinal(run) && !this.#wantsMore();
    if (!isEnded) return { run, number, points: pointsOf(run), reading: undefined, several: undefined };
    const tests = this.#complete().map((one) => ({ points: pointsOf(one), reading: this.#read(one) }));
    const several = tests.length > 1 ? ofSeveral(tests.map(({ reading }) => reading)) : undefined;
    const [alone = { points: pointsOf(run), reading: this.#read(run) }] = tests.slice(-1);
    const { points, reading } = several ? shownOfSeveral(tests, several) : alone;
    return { run, number, points, reading, several };
  }

  get #last(): SharedRun {
    return this.#runs[this.#runs.length - 1];
  }

  #add(run: SharedRun): void {
    this.#runs.push(run);
    this.#watched.push(run.live.onDidChange(() => this.#changed()));
  }

  #changed(): void {
    if (this.#wantsMore() && !this.#isStarting) this.#start().catch((error: unknown) => this.#fail(error));
    this.#ports.onChange();
  }

  /** Not after one that was stopped, or failed. */
  #wantsMore(): boolean {
    if (this.#isOver) return false;
    if (!isFinal(this.#last)) return true;
    if (!isComplete(this.#last)) return false;
    if (this.#runs.length === 1) this.#seconds ||= (Date.now() - this.#begun) / 1000;
    return this.#runs.length < testsWorth(this.#read(this.#runs[0]), this.#seconds);
  }

  async #start(): Promise<void> {
    if (!isFinal(this.#last)) return;
    this.#isStarting = true;
    const dir = await this.#ports.another?.(this.#runs.length).finally(() => {
      this.#isStarting = false;
    });
    if (dir !== undefined && !this.#isOver) this.#take(await this.#ports.acquire(dir));
    else this.#isOver = true;
    this.#ports.onChange();
  }

  /** What there is says what it says. */
  #fail(error: unknown): void {
    this.#isOver = true;
    this.#ports.onError(error);
    this.#ports.onChange();
  }

  /** The page may have been closed meanwhile: the test goes on as any run does. */
  #take(run: SharedRun): void {
    if (this.#isOver) run.release();
    else this.#add(run);
  }

  #complete(): SharedRun[] {
    return this.#runs.filter(isComplete);
  }

  /** Of a run that has ended: its repetitions take a moment. */
  #read(run: SharedRun): RangeReading {
    const reading = this.#readings.get(run) ?? readRange(pointsOf(run));
    this.#readings.set(run, reading);
    return reading;
  }

  dispose(): void {
    this.#isOver = true;
    for (const watched of this.#watched) watched.dispose();
    for (const run of this.#runs) run.release();
  }
}

const isFinal = ({ live }: SharedRun): boolean => FINAL_STATES.has(live.presence.state);
const isComplete = ({ live }: SharedRun): boolean =>
  live.presence.state === 'completed' || live.presence.state === 'diverged';
const pointsOf = ({ live }: SharedRun): readonly RangePoint[] => rangePoints(live.state);
