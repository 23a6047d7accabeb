import { closeSync, fstatSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { openToReadSync } from '../../../run/folder/read-file';
import { isModelFile } from '../copy-checkpoint';
import type { SourceRecord } from '../sources/source';

const ZIP_END = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
/** The end of a zip directory and the longest comment behind it. */
const ZIP_TAIL = 22 + 65_535;
/** A tag and a length of a protobuf message, at their longest. */
const FIELD_HEAD = 20;

/** A model file of the followed folder that is whole, and the epoch of its checkpoint. */
export type FoundModel = { readonly file: string; readonly epoch: number };

/** How long a file must stay unchanged before it counts as whole. */
const STABLE_MS = 1000;
const FOLDERS = ['weights', 'checkpoints', '.'];
/** Ultralytics and YOLOv5 count the epochs of these names from 0. */
const NUMBERED = /^epoch(\d+)\.(pt|onnx)$/;
/** Copies of what is best so far, by any program: best.pt, best_coco_bbox_mAP_epoch_3.pth, checkpoint_best_total.pth. */
const BEST = /(^|[^a-z])best([^a-z]|$)/i;

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
   * .pth is skipped: none of the programs that write it has weights which Pitwall could open. So is best.*: during training it is a copy of last.*, and afterwards only the file itself says of which epoch.
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
      .filter((file) => isModelFile(file) && !BEST.test(file) && !file.endsWith('.pth'))
      .map((file) => path.join(inner, file));
  });
}

/**
 * Whether a model file that another program writes is whole: a .pt has its zip directory at its end, an ONNX file is a
 * sequence of protobuf fields that ends where the file does. Nothing is unpickled.
 */
export function isWholeModel(file: string): boolean {
  const fd = openToReadSync(file, { links: 'follow' });
  try {
    const { size } = fstatSync(fd);
    return file.endsWith('.onnx') ? isWholeMessage(fd, size) : hasZipEnd(fd, size);
  } finally {
    closeSync(fd);
  }
}

function hasZipEnd(fd: number, size: number): boolean {
  const start = Math.max(0, size - ZIP_TAIL);
  return readAt(fd, start, size - start).includes(ZIP_END);
}

function isWholeMessage(fd: number, size: number): boolean {
  let at = 0;
  while (at < size) {
    const length = fieldLength(readAt(fd, at, FIELD_HEAD));
    if (length === undefined) return false;
    at += length;
  }
  return size > 0 && at === size;
}

/** Bytes of the field that begins here, its head included; undefined if none begins so. */
function fieldLength(head: Buffer): number | undefined {
  const tag = varint(head, 0);
  if (tag === undefined || tag.value >>> 3 === 0) return undefined;
  const wire = tag.value & 7;
  if (wire === 5) return tag.end + 4;
  if (wire === 1) return tag.end + 8;
  const next = varint(head, tag.end);
  if (next === undefined) return undefined;
  if (wire === 0) return next.end;
  return wire === 2 ? next.end + next.value : undefined;
}

function varint(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10 && from + i < bytes.length; i++) {
    value += (bytes[from + i] & 0x7f) * 2 ** (7 * i);
    if (bytes[from + i] < 0x80) return { value, end: from + i + 1 };
  }
  return undefined;
}

function readAt(fd: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, position));
}
