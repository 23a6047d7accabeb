import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PollLoop } from '../../../src/engine/watch/poll-loop';
import { FileTail } from '../../../src/run/folder/file-tail';
import { pace, until } from '../../helpers/until';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-tail-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('three lines written 12 ms apart, 60 times: none is missed, without polling', async () => {
  const file = path.join(dir, 'events.jsonl');
  writeFileSync(file, '');
  const tail = new FileTail(file);
  const seen: string[] = [];
  let looks = 0;
  const loop = new PollLoop({
    paths: [dir],
    polls: () => false,
    onError: (error) => expect.fail(error.message),
    poll: async () => {
      looks++;
      const { lines } = await tail.read();
      seen.push(...lines);
      return lines.length > 0;
    },
  });
  // The watch has begun once it has announced a file that came after it.
  const announced = path.join(dir, 'begun');
  await until(() => {
    writeFileSync(announced, '');
    return looks > 0;
  });
  for (let round = 0; round < 60; round++) {
    for (let line = 0; line < 3; line++) {
      appendFileSync(file, `${round}.${line}\n`);
      await pace(12);
    }
    await until(
      () => seen.length === (round + 1) * 3,
      () => `round ${round}: ${seen.length} lines`,
    );
  }
  expect(seen).toEqual(Array.from({ length: 180 }, (_, i) => `${Math.floor(i / 3)}.${i % 3}`));
  loop.dispose();
});

test('a line that is torn waits for its rest, and every byte is read once', async () => {
  const file = path.join(dir, 'log');
  const tail = new FileTail(file);
  expect((await tail.read()).lines).toEqual([]);
  appendFileSync(file, '{"a":1}\n{"b":');
  expect((await tail.read()).lines).toEqual(['{"a":1}']);
  appendFileSync(file, '"ä');
  expect((await tail.read()).lines).toEqual([]);
  appendFileSync(file, '"}\n\n');
  expect((await tail.read()).lines).toEqual(['{"b":"ä"}']);
  expect((await tail.read()).lines).toEqual([]);
});

test('a character that is cut by the end of a chunk is whole again', async () => {
  const file = path.join(dir, 'log');
  const line = `${'x'.repeat(256 * 1024 - 1)}ä${'y'.repeat(10)}`;
  appendFileSync(file, `${line}\n`);
  const tail = new FileTail(file);
  const first = await tail.read();
  expect(first).toMatchObject({ lines: [], more: true });
  expect((await tail.read()).lines).toEqual([line]);
});

test('a file that was replaced by a shorter one is read anew, and said so', async () => {
  const file = path.join(dir, 'log');
  writeFileSync(file, 'one\ntwo\n');
  const tail = new FileTail(file);
  await tail.read();
  writeFileSync(file, 'new\n');
  expect(await tail.read()).toEqual({ lines: ['new'], more: false, restarted: true, skippedLines: 0 });
});

test('a log that is said to have a terabyte is refused and not read', async () => {
  const file = path.join(dir, 'events.jsonl');
  writeFileSync(file, '{"type":"log"}\n');
  truncateSync(file, 2 ** 40);
  await expect(new FileTail(file).read()).rejects.toThrow(
    /events\.jsonl: has \d+ MB to be read; at most 4096 MB/,
  );
});
