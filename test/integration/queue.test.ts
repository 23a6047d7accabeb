import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { linesOf, runCliProcess } from '../helpers/cli';
import { copyTinyData } from '../helpers/old-runs';
import { until } from '../helpers/until';

let dir = '';
beforeAll(() => {
  dir = copyTinyData();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const pitwall = (...argv: string[]) => runCliProcess(argv, dir);
const states = async (): Promise<Record<string, string>> => {
  const runs = linesOf((await pitwall('list', '--json')).out).map((line) => JSON.parse(line));
  return Object.fromEntries(runs.map(({ name, state }) => [name, state]));
};

it('trains in order, lets a run be taken out, and needs no terminal', async () => {
  const long = ['epochs=400', 'lr0=0.01'].flatMap((key) => ['--set', key]);
  const short = ['epochs=1', 'warmup_epochs=0', 'lr0=0.01'].flatMap((key) => ['--set', key]);
  expect((await pitwall('queue', 'add', 'tiny.train.yaml', '--name', 'first', ...long)).code).toBe(0);
  const second = await pitwall('queue', 'add', 'tiny.train.yaml', '--name', 'second', ...short);
  expect([second.code, second.out]).toEqual([0, `run: ${path.join(dir, 'runs/second')}, behind first\n`]);
  await pitwall('queue', 'add', 'tiny.train.yaml', '--name', 'third', ...short);
  await until(async () => Object.keys(await states()).length === 3);
  const listed = linesOf((await pitwall('queue', 'list')).out);
  expect(listed.slice(1).map((line) => line.split(/ {2,}/)[1])).toEqual(['first', 'second', 'third']);
  expect(listed[2]).toMatch(/waiting +first$/);
  expect(listed[3]).toMatch(/waiting +second$/);

  const running = await pitwall('queue', 'remove', 'first');
  expect([running.code, running.err]).toEqual([2, expect.stringContaining('goes on already')]);
  expect((await pitwall('queue', 'remove', 'second')).out).toContain('taken out of the queue');
  const [, , waiting] = linesOf((await pitwall('queue', 'list')).out);
  expect(waiting).toMatch(/^2 +third +waiting +first$/);
  await pitwall('stop', 'first');
  await until(async () => (await states()).third === 'completed');
  expect(await states()).toEqual({ first: 'stopped', second: 'stopped', third: 'completed' });
  expect((await pitwall('queue', 'list')).out).toBe('nothing goes on and nothing waits\n');
  const ended = await pitwall('queue', 'remove', 'third');
  expect([ended.code, linesOf(ended.err).length]).toEqual([2, 1]);
});
