import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

export type ZipEntry = { readonly name: string; readonly size: number; read(): Buffer };

/** Entries of a zip file by its central directory (APPNOTE 4.3.12); enough for a VSIX. */
export function readZip(file: string): ZipEntry[] {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  const count = bytes.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [method, offset] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 42)];
    entries.push({ name, size, read: () => readEntry(bytes, { offset, packed, method }) });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

type Place = { readonly offset: number; readonly packed: number; readonly method: number };

function readEntry(bytes: Buffer, { offset, packed, method }: Place): Buffer {
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const data = bytes.subarray(start, start + packed);
  return method === 0 ? data : inflateRawSync(data);
}
