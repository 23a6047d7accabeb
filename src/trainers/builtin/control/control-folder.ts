import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseJson } from '../../../base/json';
import { wordsOf } from '../../../base/worded-error';
import { type Words, words } from '../../../base/words';
import { hasLaterAttempt } from '../../../run/folder/attempt-mark';
import { MOST_BYTES } from '../../../run/folder/bounds';
import { watchForDeletion } from '../../../run/folder/is-gone';
import { makeFolderIn, openFolder } from '../../../run/folder/open-folder';
import { readText } from '../../../run/folder/read-file';
import { removeTree } from '../../../run/folder/remove';
import { type ControlRequest, TRAINER_REQUESTS, zControlFile } from '../../../run/requests';

/** A request to the trainer, or a file that is not one. */
export type Incoming =
  | {
      readonly kind: 'request';
      readonly id: string;
      /** Who requested it. */
      readonly from: string;
      readonly request: ControlRequest;
      readonly file: string;
    }
  | { readonly kind: 'bad'; readonly id: string; readonly said: Words; readonly file: string };

const POLL_EVERY_MS = 50;

/**
 * control/trainer/: polled at step boundaries, at most every 50 ms, with one readdir of a folder that is mostly empty.
 */
export class ControlFolder {
  readonly #runDir: string;
  readonly #folder: string;
  readonly #attempt: number;
  readonly #isDeleted: () => boolean;
  #isReplaced = false;
  #polledAt = Number.NEGATIVE_INFINITY;

  constructor(runDir: string, attempt: number) {
    this.#runDir = runDir;
    this.#attempt = attempt;
    this.#folder = path.join(runDir, 'control', 'trainer');
    this.#isDeleted = watchForDeletion(runDir);
  }

  create(): void {
    makeFolderIn(this.#folder, this.#runDir);
  }

  /** Why there is no one to train for any more: nothing may be written into the run folder. */
  get gone(): Words | undefined {
    if (this.#isReplaced) return words('a later attempt of the run was started');
    return this.#isDeleted() ? words('the run folder was deleted') : undefined;
  }

  /** Requests that have come since the last poll, oldest first. The files stay until `done`. */
  async poll(now: number): Promise<readonly Incoming[]> {
    if (now - this.#polledAt < POLL_EVERY_MS) return [];
    this.#polledAt = now;
    const names = this.#names();
    this.#isReplaced = hasLaterAttempt(names, this.#attempt);
    if (this.#isReplaced) return [];
    // A name with another ending is a file that is still being written.
    const files = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
    const read = await Promise.all(files.map((name) => this.#read(name)));
    return read.sort((a, b) => a.t - b.t).map((r) => r.incoming);
  }

  /** Removes an answered request. */
  done(incoming: Incoming): void {
    removeTree(path.join(this.#folder, incoming.file), this.#runDir);
  }

  /** Empty if a link has the folder's place. */
  #names(): string[] {
    try {
      const folder = openFolder(this.#folder, this.#runDir);
      try {
        return readdirSync(folder.at('.'));
      } finally {
        folder.close();
      }
    } catch {
      return [];
    }
  }

  async #read(file: string): Promise<{ t: number; incoming: Incoming }> {
    const id = path.basename(file, '.json');
    try {
      const rule = { most: MOST_BYTES.request, root: this.#runDir };
      const parsed = zControlFile.safeParse(parseJson(await readText(path.join(this.#folder, file), rule)));
      if (!parsed.success)
        return { t: 0, incoming: { kind: 'bad', id, file, said: words('is not a request') } };
      const { request, t, from } = parsed.data;
      // A rewind is found before the loop begins, and refused in it.
      if (TRAINER_REQUESTS.has(request.type) || request.type === 'rewind')
        return { t, incoming: { kind: 'request', id: parsed.data.id, from, request, file } };
      const said = words("{0} is not the trainer's to answer", request.type);
      return { t, incoming: { kind: 'bad', id, file, said } };
    } catch (error) {
      return { t: 0, incoming: { kind: 'bad', id, file, said: wordsOf(error) } };
    }
  }
}

/** What the keeper has decided before it started this attempt. */
export type Rewind = {
  readonly incoming: Extract<Incoming, { kind: 'request' }>;
  readonly request: Extract<ControlRequest, { type: 'rewind' }>;
  /** Back to the checkpoint of this epoch; 0: to the beginning. */
  readonly epoch: number;
  readonly lrFactor: number;
  readonly warmup: number;
};

/** A rewind that waits in control/trainer/; it stays there until it is answered, and so do the other requests. */
export async function findRewind(control: ControlFolder): Promise<Rewind | undefined> {
  for (const incoming of await control.poll(0)) {
    if (incoming.kind !== 'request' || incoming.request.type !== 'rewind') continue;
    const { request } = incoming;
    const { epoch = 0, lrFactor = 1, warmup = 0 } = request;
    return { incoming, request, epoch, lrFactor, warmup };
  }
  return undefined;
}
