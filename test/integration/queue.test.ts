import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const states = async (runsDir = 'runs'): Promise<Record<string, string>> => {
  const runs = linesOf((await pitwall('list', runsDir, '--json')).out).map((line) => JSON.parse(line));
  return Object.fromEntries(runs.map(({ name, state }) => [name, state]));
};

const LONG = ['epochs=400', 'lr0=0.01'].flatMap((key) => ['--set', key]);
const SHORT = ['epochs=1', 'warmup_epochs=0', 'lr0=0.01'].flatMap((key) => ['--set', key]);
const add = (name: string, settings: readonly string[], ...more: string[]) =>
  pitwall('queue', 'add', 'tiny.train.yaml', '--name', name, ...settings, ...more);
type Listed = { readonly name: string; readonly state: string; readonly place: number | null };
const queue = async (runs = 'runs'): Promise<Listed[]> =>
  linesOf((await pitwall('queue', 'list', runs, '--json')).out).map((line) => JSON.parse(line));
const order = async (runs?: string): Promise<string[]> =>
  (await queue(runs)).flatMap(({ name, place }) => (place === null ? [] : [name]));
/** A keeper writes it some time after its run was made. */
const hasStatus = (run: string): boolean => existsSync(path.join(dir, run, 'status.json'));
const statusOf = (run: string) => JSON.parse(readFileSync(path.join(dir, run, 'status.json'), 'utf8'));

it('trains in order, lets a run be taken out, and needs no terminal', async () => {
  expect((await add('first', LONG)).code).toBe(0);
  const second = await add('second', SHORT);
  expect([second.code, second.out]).toEqual([0, `run: ${path.join(dir, 'runs/second')}, behind first\n`]);
  await add('third', SHORT);
  await until(async () => Object.keys(await states()).length === 3);
  const listed = linesOf((await pitwall('queue', 'list')).out);
  expect(listed.slice(1).map((line) => line.split(/ {2,}/)[1])).toEqual(['first', 'second', 'third']);
  expect(listed[2]).toMatch(/waiting +first$/);
  expect(listed[3]).toMatch(/waiting +second$/);

  const running = await pitwall('queue', 'remove', 'first');
  expect([running.code, running.err]).toEqual([2, expect.stringContaining('goes on already')]);
  expect((await pitwall('queue', 'remove', 'second')).out).toContain('taken out of the queue');
  const [, , waiting] = linesOf((await pitwall('queue', 'list')).out);
  expect(waiting).toMatch(/^1 +third +waiting +first$/);
  await pitwall('stop', 'first');
  await until(async () => (await states()).third === 'completed');
  expect(await states()).toEqual({ first: 'stopped', second: 'stopped', third: 'completed' });
  expect((await pitwall('queue', 'list')).out).toBe('nothing goes on and nothing waits\n');
  const ended = await pitwall('queue', 'remove', 'third');
  expect([ended.code, linesOf(ended.err).length]).toEqual([2, 1]);
});

it('runs in the order that it was given, also by two hosts at once, and after waiting keepers were killed', async () => {
  const there = ['--runs', 'moved'];
  await add('going', LONG, ...there);
  for (const name of ['a', 'b', 'c', 'd']) await add(name, SHORT, ...there);
  expect(await order('moved')).toEqual(['a', 'b', 'c', 'd']);
  const moved = await pitwall('queue', 'move', 'd', '--to', '2', ...there);
  expect([moved.code, moved.out]).toEqual([0, 'place 2 of 4 in the queue\n']);
  const both = [
    pitwall('queue', 'move', 'c', '--first', ...there),
    pitwall('queue', 'move', 'a', '--last', ...there),
  ];
  expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
  expect(await order('moved')).toEqual(['c', 'd', 'b', 'a']);
  await until(() => hasStatus('moved/a'));
  await until(async () => statusOf('moved/a').reason === 'waits for its turn: place 4 in the queue');

  for (const name of ['c', 'd']) process.kill(statusOf(`moved/${name}`).keeper.pid, 'SIGKILL');
  await until(async () => (await order('moved')).join('') === 'ba');
  expect((await pitwall('queue', 'list', 'moved')).out).toContain(
    'd was left waiting; pitwall queue run goes on',
  );
  await pitwall('stop', 'going', ...there);
  await until(() => statusOf('moved/b').state === 'completed' && statusOf('moved/a').state === 'completed');
  const again = await pitwall('queue', 'run', 'moved');
  expect(again.out).toContain('waits again: d');
  await until(() => statusOf('moved/c').state === 'completed' && statusOf('moved/d').state === 'completed');
  const began = (name: string): number =>
    JSON.parse(linesOf(readFileSync(path.join(dir, 'moved', name, 'events.jsonl'), 'utf8'))[0]).t;
  expect(['b', 'a', 'c', 'd'].toSorted((x, y) => began(x) - began(y))).toEqual(['b', 'a', 'c', 'd']);
});

it('trains as many at once as there are slots, each with its device', async () => {
  await add('one', LONG, '--runs', 'slotted');
  const slots = ['queue', 'slots', '--runs', 'slotted'];
  expect((await pitwall(...slots)).out).toContain('no slots');
  expect((await pitwall(...slots, '--devices', '4,5')).out).toBe('2 at once, on 4, 5\n');
  await add('two', LONG, '--runs', 'slotted');
  await add('three', SHORT, '--runs', 'slotted');
  await until(() => hasStatus('slotted/two'));
  await until(() => statusOf('slotted/two').state === 'running');
  expect(statusOf('slotted/two').turn).toEqual({ slot: 1, device: '5' });
  expect(await order('slotted')).toEqual(['three']);
  await pitwall('stop', 'one', '--runs', 'slotted');
  await until(() => hasStatus('slotted/three') && statusOf('slotted/three').state === 'completed');
  expect(statusOf('slotted/three').turn).toEqual({ slot: 0, device: '4' });
  await pitwall('stop', 'two', '--runs', 'slotted');
});

it('starts the program of a run that waited, and of one that did not', async () => {
  const lines = [1, 2].map((epoch) =>
    JSON.stringify({ type: 'epoch', epoch, metrics: { map: 0.1 * epoch } }),
  );
  const text = JSON.stringify(lines.map((line) => `${line}\n`).join(''));
  const program = `require('node:fs').writeFileSync(process.env.PITWALL_METRICS, ${text})`;
  const run = [process.execPath, '-e', program];
  writeFileSync(
    path.join(dir, 'own.train.yaml'),
    `trainer: command\nepochs: 2\ncommand: ${JSON.stringify({ run, reads: 'jsonl' })}\n`,
  );
  for (const name of ['now', 'later'])
    await pitwall('queue', 'add', 'own.train.yaml', '--name', name, '--runs', 'own');
  for (const name of ['now', 'later']) {
    await until(async () => /^(completed|failed)$/.test((await states('own'))[name]));
    expect([name, (await states('own'))[name]]).toEqual([name, 'completed']);
  }
});

it('a run whose keeper was killed with its turn taken waits for the next one', async () => {
  const there = ['--runs', 'killed'];
  await add('before', LONG, ...there);
  await add('after', LONG, ...there);
  await until(() => hasStatus('killed/after'));
  await until(() => statusOf('killed/after').reason === 'waits for its turn: place 1 in the queue');
  const { keeper } = statusOf('killed/after');
  process.kill(keeper.pid, 'SIGKILL');
  // As it is written when a turn comes.
  const file = path.join(dir, 'killed/after/status.json');
  writeFileSync(
    file,
    JSON.stringify({ ...statusOf('killed/after'), turn: {}, reason: undefined, said: undefined }),
  );
  await until(async () => (await states('killed')).after === 'lost');
  expect((await pitwall('queue', 'run', 'killed')).out).toContain('waits again: after');
  await until(() => statusOf('killed/after').reason === 'waits for its turn: place 1 in the queue');
  expect(statusOf('killed/after').trainer).toBeUndefined();
  for (const name of ['after', 'before']) await pitwall('stop', name, ...there);
  await until(async () => Object.values(await states('killed')).every((state) => state === 'stopped'));
});

it('refuses slots that would leave a run waiting for ever', async () => {
  const check = async (argv: readonly string[], expected: string) => {
    const { code, err } = await pitwall('queue', 'slots', ...argv);
    expect([code, linesOf(err).length, err]).toEqual([2, 1, expect.stringContaining(expected)]);
  };
  await check(
    ['--runs', 'slotted', '--devices', '0,1', '--parallel', '1'],
    'leaves a device of --devices 0,1 without a slot',
  );
  await check(['--runs', 'slotted', '--devices', '0;rm'], 'expected numbers of GPUs');
});

it('says in one line what cannot be moved', async () => {
  const check = async (argv: readonly string[], expected: string) => {
    const { code, err } = await pitwall('queue', 'move', ...argv);
    expect([code, linesOf(err).length, err]).toEqual([2, 1, expect.stringContaining(expected)]);
  };
  await check(['first-', '--up'], 'did you mean first?');
  await check(['first', '--up'], 'has ended');
  await check(['first'], 'expected one of --up, --down, --first, --last, --to N');
  await check(['first', '--up', '--down'], 'expected one of');
  await check(['first', '--to', '0'], 'expected a whole number');
});
