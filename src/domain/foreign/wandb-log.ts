// The log of a W&B run (run-ID.wandb): a LevelDB log of protobuf records. Source: wandb/sdk/internal/datastore.py and
// wandb/proto/wandb_internal.proto, 0.31. Only the history (what was logged) and the end are read.

import { Reader } from 'protobufjs/minimal';
import { concatenate } from '../../base/concatenate';
import { parseJson, readNumber } from '../../base/json';
import { type Words, words } from '../../base/words';
import { crc32 } from './crc';
import type { ScalarRow } from './scalar-table';
import { messageEnd, walk } from './tfevents';

export type WandbRecord =
  | { readonly kind: 'row'; readonly row: ScalarRow }
  | { readonly kind: 'exit'; readonly code: number };

export type WandbChunk = {
  readonly records: readonly WandbRecord[];
  /** Bytes of whole records; reading continues from here after more has been written. */
  readonly consumed: number;
  readonly problem: Words | undefined;
};

const BLOCK_BYTES = 32_768;
const HEAD_BYTES = 7;
/** ":W&B", a magic number and the version. */
const FILE_HEAD = [0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0];
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4];
const BEGINS = new Set([FULL, FIRST]);
const ENDS = new Set([FULL, LAST]);

/** Reads whole records; `offset` is where `bytes` begins in its file. A torn last record waits for its rest. */
export function readWandbLog(bytes: Uint8Array, offset: number): WandbChunk {
  const start = offset === 0 ? HEAD_BYTES : 0;
  if (bytes.length < start) return { records: [], consumed: 0, problem: undefined };
  const isOurs = start === 0 || FILE_HEAD.every((byte, i) => bytes[i] === byte);
  if (!isOurs) return { records: [], consumed: 0, problem: words('not a W&B log of version 0') };
  const records: WandbRecord[] = [];
  let consumed = start;
  let found = nextRecord(bytes, consumed, offset);
  for (; found.kind === 'whole'; found = nextRecord(bytes, consumed, offset)) {
    records.push(...found.records);
    consumed = found.end;
  }
  const isTorn = found.kind === 'torn';
  return {
    records,
    consumed,
    problem: isTorn ? undefined : words('a broken record at byte {0}', offset + consumed),
  };
}

type FoundRecord =
  | { readonly kind: 'torn' | 'broken' }
  | { readonly kind: 'whole'; readonly records: readonly WandbRecord[]; readonly end: number };

/** A record is whole in one block, or in pieces in several. */
function nextRecord(bytes: Uint8Array, from: number, offset: number): FoundRecord {
  const pieces: Uint8Array[] = [];
  for (let at = from; ; ) {
    const piece = pieceAt(bytes, at, offset);
    if (piece.kind !== 'piece') return piece;
    if (BEGINS.has(piece.type) !== (pieces.length === 0)) return { kind: 'broken' };
    pieces.push(piece.data);
    at = piece.end;
    if (ENDS.has(piece.type)) return decoded(concatenate(pieces, Uint8Array), at);
  }
}

function decoded(data: Uint8Array, end: number): FoundRecord {
  const records = decode(data);
  return records ? { kind: 'whole', records, end } : { kind: 'broken' };
}

type RecordPiece =
  | { readonly kind: 'torn' | 'broken' }
  | { readonly kind: 'piece'; readonly type: number; readonly data: Uint8Array; readonly end: number };

function pieceAt(bytes: Uint8Array, from: number, offset: number): RecordPiece {
  const room = BLOCK_BYTES - ((offset + from) % BLOCK_BYTES);
  // The end of a block that has no room for another head is filled with zeros.
  const at = from + (room < HEAD_BYTES ? room : 0);
  if (at + HEAD_BYTES > bytes.length) return { kind: 'torn' };
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES);
  const type = view.getUint8(6);
  const end = at + HEAD_BYTES + view.getUint16(4, true);
  if (![FULL, FIRST, MIDDLE, LAST].includes(type)) return { kind: 'broken' };
  if (end > bytes.length) return { kind: 'torn' };
  if (crc32(bytes.subarray(at + HEAD_BYTES - 1, end)) !== view.getUint32(0, true)) return { kind: 'broken' };
  return { kind: 'piece', type, data: bytes.subarray(at + HEAD_BYTES, end), end };
}

/** Undefined if it is not a record after all. */
function decode(data: Uint8Array): WandbRecord[] | undefined {
  const reader = Reader.create(data);
  const records: WandbRecord[] = [];
  try {
    walk(reader, data.length, {
      2: () => records.push(...decodeHistory(reader)),
      18: () => records.push(decodeExit(reader)),
    });
  } catch {
    return undefined;
  }
  return records;
}

function decodeExit(reader: Reader): WandbRecord {
  let code = 0;
  walk(reader, messageEnd(reader), {
    1: () => {
      code = reader.int32();
    },
  });
  return { kind: 'exit', code };
}

function decodeHistory(reader: Reader): WandbRecord[] {
  const values: Record<string, number> = {};
  walk(reader, messageEnd(reader), {
    1: () => {
      const { key, value } = decodeItem(reader);
      if (value !== undefined) values[key] = value;
    },
  });
  const { _step: step, _timestamp: seconds, _runtime, ...logged } = values;
  if (!Number.isInteger(step) || step < 0) return [];
  const time = Number.isFinite(seconds) ? { time: Math.round(seconds * 1000) } : {};
  return [{ kind: 'row', row: { step, ...time, values: logged } }];
}

function decodeItem(reader: Reader): { key: string; value: number | undefined } {
  const nested: string[] = [];
  let key = '';
  let value: number | undefined;
  walk(reader, messageEnd(reader), {
    1: () => {
      key = reader.string();
    },
    2: () => nested.push(reader.string()),
    5: () => {
      value = Number(reader.sint64());
    },
    6: () => {
      value = reader.double();
    },
    16: () => {
      const text = reader.string();
      // Python's NaN is a bare word there.
      value = readNumber(parseJson(text) ?? text);
    },
  });
  return { key: nested.length > 0 ? nested.join('/') : key, value };
}
