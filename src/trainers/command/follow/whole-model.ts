import { closeSync, fstatSync, readSync } from 'node:fs';
import { openToReadSync } from '../../../run/folder/read-file';

const ZIP_END = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
/** The end of a zip directory and the longest comment behind it. */
const ZIP_TAIL = 22 + 65_535;
/** A tag and a length of a protobuf message, at their longest. */
const FIELD_HEAD = 20;

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
