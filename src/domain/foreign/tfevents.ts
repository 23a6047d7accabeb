import { Reader, Writer } from 'protobufjs/minimal';
import { type Words, words } from '../../base/words';
import { crc32c } from './crc';

// TensorBoard event files: TFRecord framing (length, masked CRC, data, masked CRC) around Event messages of
// tensorflow/core/util/event.proto. Only scalars are read; everything else in a file is skipped.

export type ScalarPoint = {
  readonly tag: string;
  readonly step: number;
  readonly wallTime: number;
  readonly value: number;
};

export type TfEventsChunk = {
  readonly points: readonly ScalarPoint[];
  /** Bytes of whole records; reading continues from here after more has been written. */
  readonly consumed: number;
  readonly problem: Words | undefined;
};

const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;

/** Reads whole records from `offset` on. A torn last record waits; a wrong checksum ends reading with a problem. */
export function readTfEvents(bytes: Uint8Array, offset = 0): TfEventsChunk {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const points: ScalarPoint[] = [];
  let at = offset;
  for (;;) {
    const length = recordLength(view, at);
    if (length === 'torn') return { points, consumed: at, problem: undefined };
    if (length === 'corrupt')
      return { points, consumed: at, problem: words('wrong checksum at byte {0}', at) };
    const data = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    if (maskedCrc32c(data) !== view.getUint32(at + HEADER_BYTES + length, true)) {
      return { points, consumed: at, problem: words('wrong checksum at byte {0}', at + HEADER_BYTES) };
    }
    points.push(...decodeEvent(data));
    at += HEADER_BYTES + length + FOOTER_BYTES;
  }
}

function recordLength(view: DataView, at: number): number | 'torn' | 'corrupt' {
  if (at + HEADER_BYTES > view.byteLength) return 'torn';
  const header = new Uint8Array(view.buffer, view.byteOffset + at, 8);
  if (maskedCrc32c(header) !== view.getUint32(at + 8, true)) return 'corrupt';
  const length = Number(view.getBigUint64(at, true));
  return at + HEADER_BYTES + length + FOOTER_BYTES > view.byteLength ? 'torn' : length;
}

/** Goes through the fields of one message; `fields` maps a field number to what reads it, all others are skipped. */
export function walk(reader: Reader, end: number, fields: Readonly<Record<number, () => void>>): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    const read = fields[tag >>> 3];
    if (read) read();
    else reader.skipType(tag & 7);
  }
}

function decodeEvent(data: Uint8Array): ScalarPoint[] {
  const reader = Reader.create(data);
  const values: { tag: string; value: number }[] = [];
  let wallTime = 0;
  let step = 0;
  walk(reader, data.length, {
    1: () => {
      wallTime = reader.double();
    },
    2: () => {
      step = Number(reader.int64());
    },
    5: () => {
      values.push(...decodeSummary(reader));
    },
  });
  return values.map(({ tag, value }) => ({ tag, value, step, wallTime }));
}

function decodeSummary(reader: Reader): { tag: string; value: number }[] {
  const values: { tag: string; value: number }[] = [];
  walk(reader, messageEnd(reader), {
    1: () => {
      const value = decodeValue(reader);
      if (value) values.push(value);
    },
  });
  return values;
}

function decodeValue(reader: Reader): { tag: string; value: number } | undefined {
  let tag = '';
  let value: number | undefined;
  walk(reader, messageEnd(reader), {
    1: () => {
      tag = reader.string();
    },
    2: () => {
      value = reader.float();
    },
    8: () => {
      value = decodeTensor(reader);
    },
  });
  return value === undefined ? undefined : { tag, value };
}

/** TensorFlow 2 writes scalars as tensors: dtype 1 is float, 2 is double; content raw or in float_val/double_val. */
function decodeTensor(reader: Reader): number | undefined {
  let dtype = 0;
  let content: Uint8Array | undefined;
  let value: number | undefined;
  walk(reader, messageEnd(reader), {
    1: () => {
      dtype = reader.uint32();
    },
    4: () => {
      content = reader.bytes();
    },
    5: () => {
      value = packed(reader, () => reader.float());
    },
    6: () => {
      value = packed(reader, () => reader.double());
    },
  });
  return value ?? scalarContent(dtype, content);
}

function packed(reader: Reader, read: () => number): number | undefined {
  const end = messageEnd(reader);
  let first: number | undefined;
  while (reader.pos < end) {
    const value = read();
    first ??= value;
  }
  return first;
}

function scalarContent(dtype: number, content: Uint8Array | undefined): number | undefined {
  if (content === undefined) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (dtype === 1 && content.length === 4) return view.getFloat32(0, true);
  return dtype === 2 && content.length === 8 ? view.getFloat64(0, true) : undefined;
}

export function messageEnd(reader: Reader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

/** The first record of every file; TensorBoard refuses files without it. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  return frame(Writer.create().uint32(9).double(wallTime).uint32(26).string('brain.Event:2').finish());
}

export function encodeScalar(point: ScalarPoint): Uint8Array {
  const value = Writer.create().uint32(10).string(point.tag).uint32(21).float(point.value).finish();
  const summary = Writer.create().uint32(10).bytes(value).finish();
  return frame(
    Writer.create()
      .uint32(9)
      .double(point.wallTime)
      .uint32(16)
      .int64(point.step)
      .uint32(42)
      .bytes(summary)
      .finish(),
  );
}

function frame(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + data.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, maskedCrc32c(data), true);
  return record;
}

/** TFRecord masks its checksums (rotate by 15, add a constant), since a CRC of data with a CRC inside is weak. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
