import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

// Zip files by their central directory (APPNOTE 4.3.7, 4.3.12, 4.3.16), without reading them whole: a provider is 400 MB.
const END_RECORD_BYTES = 22;
const END_BYTES = END_RECORD_BYTES + 65_535;
const END = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const STORED = 0;
const DEFLATED = 8;
/** A package has a few dozen entries of a hundred bytes; the declared count is memory that is taken. */
const MOST_DIRECTORY_BYTES = 4 * 1024 * 1024;
/** The largest provider has 700 MB. */
const MOST_ENTRY_BYTES = 3 * 1024 ** 3;

type ZipEntry = {
  readonly offset: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly method: number;
};

/**
 * Writes entries of a zip file to files. `wanted`: path in the zip -> file. Throws if one is missing or damaged. The directory
 * alone says where an entry is and how long: what is written before or behind its data is not believed, and zip64 is not read.
 */
export async function unzip(zip: string, wanted: ReadonlyMap<string, string>): Promise<void> {
  const handle = await open(zip, 'r');
  try {
    const entries = await readDirectory(handle, zip);
    for (const [name, file] of wanted) {
      const entry = entries.get(name);
      if (!entry) throw new Error(`${zip} has no ${name}`);
      await extract(zip, await dataStart(handle, entry, zip), { entry, file });
    }
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function readDirectory(handle: FileHandle, zip: string): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size } = await handle.stat();
  const tail = await read(handle, Math.max(0, size - END_BYTES), Math.min(size, END_BYTES));
  const end = tail.lastIndexOf(END);
  if (end < 0 || end + END_RECORD_BYTES > tail.length) throw notWhole(zip);
  const [length, start] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (length > MOST_DIRECTORY_BYTES || start + length > size)
    throw new Error(`${zip}: its directory is said to have ${length} bytes, the file has ${size}`);
  const directory = await read(handle, start, length);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at + 46 <= directory.length; ) {
    const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
    // Programs differ in which of two they take, so that one may have been checked and the other is unpacked.
    if (entries.has(name)) throw new Error(`${zip} has ${name} twice`);
    entries.set(name, {
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + extra + comment;
  }
  return entries;
}

const notWhole = (zip: string): Error => new Error(`${zip} is not a zip file, or not a whole one`);

/** The local header has a name and extra field of its own lengths. */
async function dataStart(handle: FileHandle, { offset }: ZipEntry, zip: string): Promise<number> {
  const header = await read(handle, offset, 30);
  if (header.length < 30) throw notWhole(zip);
  return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}

type ExtractedFile = { readonly entry: ZipEntry; readonly file: string };

async function extract(zip: string, start: number, { entry, file }: ExtractedFile): Promise<void> {
  const { method, packedBytes, bytes } = entry;
  if (method !== STORED && method !== DEFLATED) throw new Error(`${zip}: packed by method ${method}`);
  if (bytes > MOST_ENTRY_BYTES) throw new Error(`${zip}: ${file} would have ${bytes} bytes`);
  const out = createWriteStream(file);
  const limit = upTo(bytes, () => new Error(`${zip}: ${file} has more than the ${bytes} bytes declared`));
  if (packedBytes > 0) {
    const packed = createReadStream(zip, { start, end: start + packedBytes - 1 });
    const unpacked = method === STORED ? [] : [createInflateRaw()];
    await pipeline([packed, ...unpacked, limit, out]);
  } else out.end();
  if (out.bytesWritten !== bytes)
    throw new Error(`${zip}: ${file} became ${out.bytesWritten} bytes, expected ${bytes}`);
}

/** Passes so many bytes and fails at the next: a few hundred kB of zeros unpack to a full disk. */
export function upTo(most: number, fault: () => Error): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > most) done(fault());
      else done(null, chunk);
    },
  });
}
