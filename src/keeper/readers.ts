import { TRAINERS } from '../domain/experiment/trainers';
import type { RunMark } from '../engine/process/run-environment';
import { trainersOfRun } from '../engine/process/run-processes';
import type { RunFile, StatusFile } from '../run/files';
import { hasBegun } from '../run/kind';
import { FINAL_STATES } from '../run/state-names';

/**
 * What a new reader is to read: a living program, the output that a program has left (pid 0), or a folder that is
 * followed.
 */
export type Unread = { readonly programPid?: number };

const MOST_REPLACED = 5;

/**
 * `trainer: command` and runs that are followed: a reader works beside the program that trains. If only the reader
 * dies, the training goes on and another reader takes its place, from where the last one was.
 */
export class Readers {
  readonly #run: RunFile;
  readonly #mark: RunMark;
  #replaced = 0;

  constructor(run: RunFile, mark: RunMark) {
    this.#run = run;
    this.#mark = mark;
  }

  /** For a later keeper. Undefined if a reader lives, or if there is nothing to read. */
  toStart(previous: StatusFile | undefined, hasEnded: boolean): Unread | undefined {
    if (!this.#hasReader || hasEnded || this.#isRead()) return undefined;
    if (previous !== undefined && FINAL_STATES.has(previous.state) && previous.state !== 'lost')
      return undefined;
    if (this.#run.follows) return {};
    const programPid = this.#programPid();
    return (previous && hasBegun(previous)) || programPid > 0 ? { programPid } : undefined;
  }

  /** For a reader that ended without an event; undefined if that happens again and again. */
  toReplace(): Unread | undefined {
    if (!this.#hasReader || this.#replaced === MOST_REPLACED) return undefined;
    this.#replaced++;
    return this.#run.follows ? {} : { programPid: this.#programPid() };
  }

  get #hasReader(): boolean {
    return TRAINERS[this.#run.experiment.resolved.trainer].isReader;
  }

  #isRead(): boolean {
    return trainersOfRun(this.#mark).some(({ role }) => role === 'trainer');
  }

  #programPid(): number {
    const programs = trainersOfRun(this.#mark).filter(({ role }) => role === 'program');
    const root = programs.find(({ parent }) => !programs.some(({ pid }) => pid === parent));
    return root?.pid ?? 0;
  }
}
