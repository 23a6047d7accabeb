import { type Disposable, toDisposable } from '../base/disposable';
import { toJsonLine } from '../base/json';
import { ownIdentity } from '../engine/process/identity';
import { RUN_FORMAT, type StatusFile } from '../run/files';
import { writeWhole } from '../run/folder/whole-file';

export const HEARTBEAT_MS = 2000;

export type StatusFields = Omit<StatusFile, 'format' | 'heartbeat' | 'keeper'>;

/** Keeps status.json true: written when something that people see has changed, and as a heartbeat. */
export class StatusWriter implements Disposable {
  readonly #file: string;
  readonly #keeper = ownIdentity();
  readonly #onError: (error: unknown) => void;
  readonly #beat: Disposable;
  #fields: StatusFields = { state: 'starting', stalled: false, queue: { waiting: [] } };
  #shown = '';
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string, onError: (error: unknown) => void) {
    this.#file = file;
    this.#onError = onError;
    const timer = setInterval(() => void this.#write(), HEARTBEAT_MS);
    this.#beat = toDisposable(() => clearInterval(timer));
  }

  get fields(): StatusFields {
    return this.#fields;
  }

  /** Progress alone waits for the next heartbeat. */
  async set(fields: StatusFields): Promise<void> {
    this.#fields = fields;
    const { progress, ...rest } = fields;
    const shown = JSON.stringify([rest, progress?.epoch, progress?.best]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    await this.#write();
  }

  /** Settles when all that was set is on disk. */
  async flush(): Promise<void> {
    await this.#write();
  }

  dispose(): void {
    this.#beat.dispose();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(() => writeWhole(this.#file, toJsonLine(this.#snapshot())))
      .catch((error: unknown) => this.#onError(error));
    return this.#writing;
  }

  #snapshot(): StatusFile {
    return { format: RUN_FORMAT, ...this.#fields, heartbeat: Date.now(), keeper: this.#keeper };
  }
}
