import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unzip } from '../../../../src/engine/gpu-runtime/unzip';
import { zipOf } from '../../../helpers/write-zip';

const DIRECTORY = Buffer.from('PK\x01\x02', 'latin1');
const ZIP64 = 0xffff_ffff;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-unzip-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The zip with a field of the directory's entry `index` replaced, by its place in the entry. */
function changed(zip: Buffer, index: number, fields: Readonly<Record<number, number>>): Buffer {
  const copy = Buffer.from(zip);
  let at = -1;
  for (let i = 0; i <= index; i++) at = copy.indexOf(DIRECTORY, at + 1);
  for (const [place, value] of Object.entries(fields)) copy.writeUInt32LE(value, at + Number(place));
  return copy;
}

const PACKED = 20;
const BYTES = 24;
const OFFSET = 42;

async function unpacked(zip: Buffer, names: readonly string[]): Promise<string[]> {
  const archive = path.join(folder, 'a.zip');
  writeFileSync(archive, zip);
  const files = names.map((_, i) => path.join(folder, `out-${i}`));
  await unzip(archive, new Map(names.map((name, i) => [name, files[i]])));
  return files.map((file) => readFileSync(file, 'utf8'));
}

const TWO = zipOf({ a: Buffer.from('first'), b: Buffer.from('second') });

test('a name that occurs twice is refused', async () => {
  const twice = Buffer.from(TWO);
  twice.write('a', twice.lastIndexOf('b'), 'latin1');
  await expect(unpacked(twice, ['a'])).rejects.toThrow(/has a twice$/);
});

test('entries that share their bytes give no more than each declares', async () => {
  const shared = changed(TWO, 1, { [OFFSET]: 0 });
  await expect(unpacked(shared, ['a', 'b'])).rejects.toThrow(/became 5 bytes, expected 6/);
  expect(await unpacked(shared, ['a'])).toEqual(['first']);
});

test('lengths of zip64 are not followed', async () => {
  await expect(unpacked(changed(TWO, 0, { [BYTES]: ZIP64 }), ['a'])).rejects.toThrow(
    /would have 4294967295 bytes/,
  );
  await expect(unpacked(changed(TWO, 0, { [OFFSET]: ZIP64 }), ['a'])).rejects.toThrow(/not a whole one/);
  // What is behind its end is not part of the stream, and is left.
  expect(await unpacked(changed(TWO, 0, { [PACKED]: ZIP64 }), ['a'])).toEqual(['first']);
});

test('what an entry says of itself before its data (a data descriptor leaves it empty) is not believed', async () => {
  const lying = Buffer.from(TWO);
  // CRC and both lengths of the first local header.
  lying.fill(0, 14, 26);
  lying.writeUInt16LE(8, 6);
  expect(await unpacked(lying, ['a', 'b'])).toEqual(['first', 'second']);
});
