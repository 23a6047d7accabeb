import path from 'node:path';
import { type Disposable, toDisposable } from '../base/disposable';
import { toJsonLine } from '../base/json';
import type { Turn } from '../domain/run/turns';
import { ownIdentity } from '../engine/process/identity';
import { type ProcessIdentity, RUN_FORMAT, type StatusFile } from '../run/files';
import { writeWhole } from '../run/folder/write-file';
import { FINAL_STATES } from '../run/state-names';

export const HEARTBEAT_MS = 2000;
/** What Windows refuses while the file is open, the next heartbeat tries again. */
const WRITING = { patienceMs: 1000 };

export type StatusFields = Omit<StatusFile, 'format' | 'heartbeat' | 'keeper' | 'endedAt'>;

/** Keeps status.json true: written when something that people see has changed, and as a heartbeat. */
export class StatusWriter implements Disposable {
  readonly #file: string;
  readonly #keeper: ProcessIdentity;
  readonly #mayWrite: () => boolean;
  readonly #onError: (error: unknown) => void;
  readonly #beat: Disposable;
  /** For as long as the run is kept, whatever else is written. */
  readonly #turn: Turn | undefined;
  #fields: StatusFields = { state: 'starting', stalled: false, queue: { waiting: [] } };
  #endedAt: number | undefined;
  #shown = '';
  #writing: Promise<void> = Promise.resolve();

  /** `mayWrite` is asked before each write: the first thing that a keeper does after a long freeze is a beat. */
  constructor(file: string, onError: (error: unknown) => void, mayWrite: () => boolean, turn?: Turn) {
    this.#turn = turn;
    this.#mayWrite = mayWrite;
    this.#file = file;
    this.#keeper = ownIdentity(path.dirname(file));
    this.#onError = onError;
    const timer = setInterval(() => this.#writeSoon(), HEARTBEAT_MS);
    this.#beat = toDisposable(() => clearInterval(timer));
  }

  get fields(): StatusFields {
    return this.#fields;
  }

  /** Of a run that had ended before it was kept. */
  keepEnd(endedAt: number | undefined): void {
    this.#endedAt = endedAt;
  }

  /** Progress alone waits for the next heartbeat. */
  async set(fields: StatusFields): Promise<void> {
    this.#take(fields);
    const { progress, ...rest } = fields;
    const shown = JSON.stringify([rest, progress?.epoch, progress?.best, progress?.unlabelled]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    await this.#write().catch(this.#onError);
  }

  /** The same at once and unconditionally; throws if it cannot be written. */
  async writeNow(fields: StatusFields): Promise<void> {
    this.#take(fields);
    await this.#write();
  }

  /** A run ends once; what is validated or cleared later does not end it again. */
  #take(fields: StatusFields): void {
    this.#fields = fields;
    if (FINAL_STATES.has(fields.state)) this.#endedAt ??= Date.now();
    else if (fields.ended === undefined) this.#endedAt = undefined;
  }

  dispose(): void {
    this.#beat.dispose();
  }

  /** The next heartbeat tries again. */
  #writeSoon(): void {
    this.#write().catch(this.#onError);
  }

  /** One after another, so that the last one written is the newest. */
  #write(): Promise<void> {
    const written = this.#writing.then(async () => {
      if (this.#mayWrite()) await writeWhole(this.#file, toJsonLine(this.#snapshot()), WRITING);
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  #snapshot(): StatusFile {
    return {
      format: RUN_FORMAT,
      turn: this.#turn,
      ...this.#fields,
      heartbeat: Date.now(),
      endedAt: this.#endedAt,
      keeper: this.#keeper,
    };
  }
}
