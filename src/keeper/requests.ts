import { readdirSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { quoted, type Words, words } from '../base/words';
import type { TrainerEventOf } from '../run/events';
import { MOST_BYTES } from '../run/folder/bounds';
import { openFolder } from '../run/folder/open-folder';
import { isAnothersFile } from '../run/folder/ownership';
import type { RunPaths } from '../run/folder/paths';
import { codeOf } from '../run/folder/refused';
import { removeFile } from '../run/folder/remove';
import { readJsonFileSync, writeJson } from '../run/folder/whole-file';
import { type AnsweredRequest, type ControlFile, type ControlRequest, zControlFile } from '../run/requests';
import type { RunJournal } from './run-journal';

const zNamed = z.object({ request: z.object({ type: z.string().max(64) }) });
const NAME = /^([A-Za-z0-9][A-Za-z0-9-]{0,63})\.json$/;

/**
 * What hosts request of this run: control/<id>.json until answered; requests for the trainer are in control/trainer/
 * meanwhile.
 */
export class Requests {
  readonly #paths: RunPaths;
  readonly #journal: RunJournal;
  readonly #forwarded = new Map<string, ControlRequest>();

  readonly #onError: (error: unknown) => void;

  constructor(paths: RunPaths, journal: RunJournal, onError: (error: unknown) => void) {
    this.#paths = paths;
    this.#journal = journal;
    this.#onError = onError;
  }

  /**
   * Requests that are neither answered nor forwarded yet, oldest first. Files that are not requests are removed, which
   * is reported.
   */
  take(): ControlFile[] {
    const ids = listIds(this.#paths.control, this.#paths.dir).filter((id) => !this.#forwarded.has(id));
    const files = ids.map((id) => this.#read(id)).filter((file) => file !== undefined);
    return files.sort((a, b) => a.t - b.t);
  }

  answer(id: string, request: AnsweredRequest, answer: { ok: boolean; said: Words }): void {
    this.#journal.note({ type: 'answer', id, request, ...answer });
    this.#forwarded.delete(id);
    this.#remove(this.#paths.trainerControl, id);
    this.#remove(this.#paths.control, id);
  }

  /** Forwards a request to the trainer, whose `control` event answers it. */
  async forward(id: string, request: ControlRequest, from: string): Promise<void> {
    const file: ControlFile = { id, t: Date.now(), from, request };
    await writeJson(path.join(this.#paths.trainerControl, `${id}.json`), file, { root: this.#paths.dir });
    this.#forwarded.set(id, request);
  }

  /** A request that is answered later than in this turn. */
  hold(id: string, request: ControlRequest): void {
    this.#forwarded.set(id, request);
  }

  /** The trainer accepted or refused. Its answer is repeated in keeper.jsonl, so that hosts read one file. */
  onControl({ id, ok, message, said = quoted(message) }: TrainerEventOf<'control'>): void {
    const request = this.#forwarded.get(id);
    if (request) this.answer(id, request, { ok, said });
  }

  /** The trainer is gone: requests that it did not answer are answered here. */
  close(answerFor: (request: ControlRequest) => { ok: boolean; said: Words }, except?: string): void {
    const closed = [...this.#forwarded].filter(([id]) => id !== except);
    for (const [id, request] of closed) this.answer(id, request, answerFor(request));
    for (const id of listIds(this.#paths.trainerControl, this.#paths.dir))
      this.#remove(this.#paths.trainerControl, id);
  }

  get pending(): number {
    return this.#forwarded.size;
  }

  #read(id: string): ControlFile | undefined {
    const place = path.join(this.#paths.control, `${id}.json`);
    const rule = { most: MOST_BYTES.request, root: this.#paths.dir };
    if (this.#wasAnswered(id)) {
      this.#remove(this.#paths.control, id);
      return undefined;
    }
    const file = readJsonFileSync(place, zControlFile, rule);
    if (file?.id !== id) return this.#answerUnknown(id, readJsonFileSync(place, zNamed, rule)?.request.type);
    if (!isAnothersFile(place)) return file;
    this.answer(id, file.request, { ok: false, said: words('another user requested it: refused') });
    return undefined;
  }

  /** Who asked waits for the file's id, whatever is in it. */
  #answerUnknown(id: string, named: string | undefined): undefined {
    const said =
      named === undefined
        ? words('what was asked is not understood by the keeper of this run')
        : words('{0} is not understood by the keeper of this run: it may be of an older Pitwall', named);
    const request = { type: 'unknown', ...(named !== undefined && { named }) } as const;
    this.answer(id, request, { ok: false, said });
    return undefined;
  }

  /** For a keeper that died between its answer and the removal of the request. */
  #wasAnswered(id: string): boolean {
    return this.#journal.state.keeper.some((entry) => entry.type === 'answer' && entry.id === id);
  }

  /** A request that cannot be removed is not answered again: its answer is in the log. */
  #remove(folder: string, id: string): void {
    try {
      removeFile(path.join(folder, `${id}.json`), this.#paths.dir);
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** Ids of the whole request files in a folder of a run; empty if it is absent. Throws if a link has its place. */
export function listIds(folder: string, runDir: string): string[] {
  try {
    const opened = openFolder(folder, runDir);
    try {
      return readdirSync(opened.at('.')).flatMap((name) => NAME.exec(name)?.[1] ?? []);
    } finally {
      opened.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
