import { Reader, Writer } from 'protobufjs/minimal';
import { concatenate as joined } from '../base/concatenate';

// Protocol buffers at the level of fields: enough to read and to rewrite a few parts of an ONNX file while every other
// byte stays as it is.

export type WireField = {
  readonly number: number;
  /** Content of a length-delimited field, empty for others. */
  readonly bytes: Uint8Array;
  /** Value of a varint field, else 0. */
  readonly varint: number;
  /** The whole field with its tag. */
  readonly raw: Uint8Array;
};

const VARINT = 0;
const DELIMITED = 2;
const EMPTY = new Uint8Array(0);

/** The fields of a message in their order. Throws if the bytes are not a message. */
export function readFields(message: Uint8Array): WireField[] {
  const reader = Reader.create(message);
  const fields: WireField[] = [];
  while (reader.pos < reader.len) fields.push(readField(reader, message));
  return fields;
}

function readField(reader: Reader, message: Uint8Array): WireField {
  const start = reader.pos;
  const tag = reader.uint32();
  const number = tag >>> 3;
  const wire = tag & 7;
  let bytes: Uint8Array = EMPTY;
  let varint = 0;
  if (number === 0) throw new Error('not a protocol buffer');
  if (wire === DELIMITED) {
    const length = reader.uint32();
    bytes = message.subarray(reader.pos, reader.pos + length);
    reader.skip(length);
  } else if (wire === VARINT) varint = Number(reader.uint64().toString());
  else reader.skipType(wire);
  return { number, bytes, varint, raw: message.subarray(start, reader.pos) };
}

export function fieldsOf(fields: readonly WireField[], number: number): readonly WireField[] {
  return fields.filter((field) => field.number === number);
}

export function textOf(fields: readonly WireField[], number: number): string {
  const bytes = fields.find((field) => field.number === number)?.bytes ?? EMPTY;
  return new TextDecoder().decode(bytes);
}

export function varintOf(fields: readonly WireField[], number: number): number {
  return fields.find((field) => field.number === number)?.varint ?? 0;
}

export function encodeBytes(number: number, bytes: Uint8Array): Uint8Array {
  const head = new Writer()
    .uint32((number << 3) | DELIMITED)
    .uint32(bytes.length)
    .finish();
  return concatenate([head, bytes]);
}

export function encodeText(number: number, text: string): Uint8Array {
  return encodeBytes(number, new TextEncoder().encode(text));
}

export function encodeVarint(number: number, value: number): Uint8Array {
  return new Writer()
    .uint32((number << 3) | VARINT)
    .uint32(value)
    .finish();
}

export const concatenate = (parts: readonly Uint8Array[]): Uint8Array => joined(parts, Uint8Array);
