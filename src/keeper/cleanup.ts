import { wordsOf } from '../base/worded-error';
import { type Words, words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import {
  type ClearKeep,
  clearableCheckpoints,
  keptDetections,
  type RetentionRow,
  removableCheckpoints,
} from '../domain/run/retention';
import { onLatestValSet } from '../domain/run/val-set';
import type { RunFile } from '../run/files';
import type { RunPaths } from '../run/folder/paths';
import type { RunState } from '../run/state';
import { removeCheckpoint, removeDetections } from './checkpoint-folder';
import type { RunJournal } from './run-journal';

/** Removes checkpoints and detections that the settings do not keep; each decision is logged. */
export class Cleanup {
  readonly #run: RunFile;
  readonly #paths: RunPaths;
  readonly #journal: RunJournal;
  readonly #refused = new Set<number>();
  readonly #withoutDetections = new Set<number>();
  #seen = { lines: -1, queued: 0 };

  constructor(run: RunFile, paths: RunPaths, journal: RunJournal) {
    this.#run = run;
    this.#paths = paths;
    this.#journal = journal;
  }

  /** Does nothing while nothing has changed since the last call. */
  async turn(queued: ReadonlySet<number>): Promise<void> {
    const { checkpoints, best } = this.#journal.state;
    if (this.#seen.lines === this.#journal.lines && this.#seen.queued === queued.size) return;
    const retained = retainedOf(this.#journal.state);
    const { checkpoints: settings, validation, trainer } = this.#run.experiment.resolved;
    const removable = removableCheckpoints({
      checkpoints: retained,
      queued,
      best: best?.epoch,
      settings,
      countsFromFirst: TRAINERS[trainer].isUltralytics,
      // A file that is not opened without a person's consent (a .pt of another program) stays in its place.
      judged: validation.enabled && [...checkpoints.values()].some(({ state }) => state !== 'skipped'),
    });
    const { keep_last, keep_best } = settings;
    const why = words('neither of the last {0} nor of the best {1}', keep_last, keep_best);
    for (const epoch of removable) await this.#remove(epoch, why);
    await this.#thinDetections(keptDetections(retained, best?.epoch));
    this.#seen = { lines: this.#journal.lines, queued: queued.size };
  }

  /** On request, of a run that has ended; returns how many were removed. */
  async clear(keep: ClearKeep): Promise<number> {
    const { best } = this.#journal.state;
    const removable = clearableCheckpoints(retainedOf(this.#journal.state), best?.epoch, keep);
    let removed = 0;
    for (const epoch of removable) removed += Number(await this.#remove(epoch, words('cleared on request')));
    return removed;
  }

  async #remove(epoch: number, why: Words): Promise<boolean> {
    const checkpoint = this.#journal.state.checkpoints.get(epoch);
    if (!checkpoint || checkpoint.t === 0 || this.#refused.has(epoch)) return false;
    const { path, bytes } = checkpoint;
    try {
      removeCheckpoint(this.#paths, path);
      this.#journal.note({ type: 'cleanup', epoch, path, bytes, said: why });
      return true;
    } catch (error) {
      this.#refused.add(epoch);
      const said = words('the checkpoint of epoch {0} cannot be removed: {1}', epoch, wordsOf(error));
      this.#journal.note({ type: 'alert', rule: 'cleanup', severity: 'warning', said, epoch, numbers: {} });
      return false;
    }
  }

  async #thinDetections(kept: ReadonlySet<number>): Promise<void> {
    for (const epoch of this.#journal.state.validations.keys()) {
      if (kept.has(epoch)) this.#withoutDetections.delete(epoch);
      else if (!this.#withoutDetections.has(epoch)) {
        removeDetections(this.#paths, epoch);
        this.#withoutDetections.add(epoch);
      }
    }
  }
}

function retainedOf(state: RunState): RetentionRow[] {
  const comparable = new Map(
    onLatestValSet(state.validations.values()).map((v) => [v.epoch, v.fitness ?? v.map]),
  );
  return [...state.checkpoints.values()].map(({ epoch, kept, pinned }) => {
    const map = comparable.get(epoch);
    return { epoch, kept, pinned, ...(map === undefined ? {} : { map }) };
  });
}
