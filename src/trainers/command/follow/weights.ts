import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { isModelFile } from '../copy-checkpoint';
import type { SourceRecord } from '../sources/source';
import { isWholeModel } from './whole-model';

/** A model file of the followed folder that is whole, and the epoch of its checkpoint. */
export type FoundModel = { readonly file: string; readonly epoch: number };

/** How long a file must stay unchanged before it counts as whole. */
const STABLE_MS = 1000;
const FOLDERS = ['weights', 'checkpoints', '.'];
/** Ultralytics and YOLOv5 count the epochs of these names from 0. */
const NUMBERED = /^epoch(\d+)\.(pt|onnx)$/;

type Seen = { stamp: string; since: number; done: boolean };
type WrittenRow = { readonly epoch: number; readonly time: number };

/** Model files that are created or rewritten in place in a folder; each version is returned once, when it is whole. */
export class WeightsWatch {
  readonly #folder: string;
  readonly #seen = new Map<string, Seen>();
  /** When each epoch's row was written, ascending: a file belongs to the last row before it. */
  #rows: WrittenRow[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  note(records: readonly SourceRecord[]): void {
    for (const record of records) {
      if (record.kind !== 'epoch') continue;
      const { epoch, time } = record;
      this.#rows = [...this.#rows.filter((row) => row.epoch < epoch), { epoch, time: time ?? Date.now() }];
    }
  }

  /** `now`: a clock that never goes back. */
  stable(now: number): FoundModel[] {
    return modelFiles(this.#folder).flatMap((file) => {
      const epoch = this.#wholeVersionOf(file, now);
      return epoch === undefined ? [] : [{ file, epoch }];
    });
  }

  #wholeVersionOf(file: string, now: number): number | undefined {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const stamp = `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    const seen = this.#seen.get(file);
    if (seen?.stamp !== stamp) {
      this.#seen.set(file, { stamp, since: now, done: false });
      return undefined;
    }
    if (seen.done || now - seen.since < STABLE_MS || !isWholeModel(file)) return undefined;
    const epoch = this.#epochOf(file, stat.mtimeMs);
    seen.done = epoch !== undefined;
    return epoch;
  }

  /**
   * best.* is skipped: during training it is a copy of last.*, and afterwards only the file itself says of which epoch.
   * A file that existed before the first row waits for one.
   */
  #epochOf(file: string, writtenMs: number): number | undefined {
    const numbered = NUMBERED.exec(path.basename(file));
    if (numbered) return Number(numbered[1]) + 1;
    return this.#rows.findLast(
      ({ time }) => time <= writtenMs + toleranceMs(time - (this.#rows[0]?.time ?? 0)),
    )?.epoch;
  }
}

/** The time column has six digits: far into a run it is no longer exact to the millisecond. */
const toleranceMs = (sinceStartMs: number): number => 5 + sinceStartMs * 5e-6;

function modelFiles(folder: string): string[] {
  return FOLDERS.flatMap((name) => {
    const inner = path.join(folder, name);
    if (!statSync(inner, { throwIfNoEntry: false })?.isDirectory()) return [];
    return readdirSync(inner)
      .filter((file) => isModelFile(file) && !/^best\b/.test(file))
      .map((file) => path.join(inner, file));
  });
}
