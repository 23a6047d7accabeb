import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseJson } from '../../src/base/json';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { type SweepEntry, zSweepEntry } from '../../src/run/sweep';
import { linesOf, runCliProcess, spawnCli } from '../helpers/cli';
import { copyTinyData } from '../helpers/old-runs';
import { until } from '../helpers/until';

// What no setting of a trial is to blame for, while a sweep or `pitwall warmup` is at work.
let dir = '';
const CONFIG = 'tiny.train.yaml';
beforeAll(() => {
  dir = copyTinyData();
  const changes = { epochs: 6, warmup_epochs: 0, batch: 2 };
  write(
    CONFIG,
    Object.entries(changes).reduce(
      (text, [key, value]) => text.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${value}`),
      read(CONFIG),
    ),
  );
  const head = `experiment: ${CONFIG}\nsampler: grid\nsearch: { lr0: [0.005] }\n`;
  write('two.sweep.yaml', `${head}stop: { grace: 3, reduction: 2 }\n`);
  write('all.sweep.yaml', `${head}stop: { rule: none }\n`);
});
afterAll(() => {
  spawnSync('umount', ['-l', at('small')]);
  for (const name of existsSync(at('runs')) ? readdirSync(at('runs')) : [])
    for (const trial of trialsOf(name))
      for (const { pid } of processesOfRun(readRunSync(trial).id)) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const at = (...parts: string[]): string => path.join(dir, ...parts);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const write = (name: string, text: string): void => writeFileSync(at(name), text);
const trialOf = (sweep: string, n: number): string => at('runs', sweep, 'trials', `00${n}`);
function trialsOf(sweep: string): string[] {
  return [0, 1, 2, 3, 4, 5]
    .map((n) => trialOf(sweep, n))
    .filter((one) => existsSync(path.join(one, 'run.json')));
}
const errorsOf = (err: string): string[] => linesOf(err).filter((line) => !line.startsWith('warning: '));
const begins = (trial: string) => until(() => existsSync(path.join(trial, 'events.jsonl')));

function entriesOf(sweep: string, runs = 'runs'): Omit<SweepEntry, 't'>[] {
  const known = linesOf(read(path.join(runs, sweep, 'sweep.jsonl'))).map((line) => parseJson(line));
  return known.map((line) => zSweepEntry.parse(line)).map(({ t: _, ...entry }) => entry);
}

it('a trial that a person pauses holds the sweep, and the same command goes on to the same end', async () => {
  const argv = ['sweep', 'two.sweep.yaml', '--name'];
  expect((await runCliProcess([...argv, 'whole'], dir)).code).toBe(0);
  const { done } = spawnCli([...argv, 'held'], dir);
  await begins(trialOf('held', 0));
  expect((await runCliProcess(['pause', trialOf('held', 0)], dir)).code).toBe(0);
  const { code, err } = await done;
  expect([code, errorsOf(err)]).toEqual([
    1,
    [
      expect.stringMatching(
        /^trial 000 has no result of epoch 3: it was paused in epoch [123], not by this sweep$/,
      ),
      'the same command goes on with the sweep',
    ],
  ]);
  expect(entriesOf('held').map(({ type }) => type)).toEqual(['trial', 'trial']);
  expect((await runCliProcess([...argv, 'held'], dir)).code).toBe(0);
  expect(entriesOf('held')).toEqual(entriesOf('whole'));
});

it('an experiment that is changed meanwhile is that of the next sweep, and of no trial of this one', async () => {
  const argv = ['sweep', 'all.sweep.yaml', '--name', 'as-read'];
  const { done } = spawnCli(argv, dir);
  await begins(trialOf('as-read', 0));
  const before = read(CONFIG);
  write(CONFIG, before.replace('batch: 2', 'batch: 4'));
  expect((await done).code).toBe(0);
  const batches = trialsOf('as-read').map((trial) => readRunSync(trial).experiment.resolved.batch);
  expect(batches).toEqual([2, 2]);
  const again = await runCliProcess(argv, dir);
  expect([again.code, again.err]).toEqual([
    2,
    expect.stringMatching(/as-read: is a sweep of .* as it was then/),
  ]);
  write(CONFIG, before);
});

it('a val set that changes between two trials ends their comparison', async () => {
  const argv = ['sweep', 'all.sweep.yaml', '--name', 'two-sets'];
  const { done } = spawnCli(argv, dir);
  await begins(trialOf('two-sets', 1));
  const label = 'labels/val/0.txt';
  const before = read(label);
  write(
    label,
    before.replace(/^\d/, (known) => String(1 - Number(known))),
  );
  const { code, err } = await done;
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/two-sets: the val set has changed since the first trials/),
  ]);
  write(label, before);
});

it('a probe that a person stops says nothing of the LR at which training dies', async () => {
  const { done } = spawnCli(['warmup', CONFIG, '--epochs', '2'], dir);
  const sweep = 'tiny-warmup-probes-1';
  await begins(trialOf(sweep, 0));
  await runCliProcess(['stop', trialOf(sweep, 0)], dir);
  const { code, out, err } = await done;
  expect([code, linesOf(err).at(-2)]).toEqual([
    1,
    expect.stringMatching(/the probe .*trials\/000 neither reached its end nor diverged: stopped, /),
  ]);
  expect(out).not.toContain('dies at');
});

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
if (!isRoot) console.warn('SKIPPED, LOUDLY: a sweep on a small disk needs root, which mounts it');
it.skipIf(!isRoot)('a disk without room for checkpoints holds the sweep until there is some', async () => {
  mkdirSync(at('small'));
  const size = (much: string, ...more: string[]) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', [...more, `size=${much}`].join(), 'tmpfs', at('small')]);
  size('1m');
  const argv = ['sweep', 'two.sweep.yaml', '--name', 'full', '--runs', 'small'];
  const { code, err } = await runCliProcess(argv, dir);
  expect([code, errorsOf(err)]).toEqual([
    1,
    [
      expect.stringMatching(
        /^trial 000 has no result of epoch 3: the checkpoint of epoch 3 was not written: ENOSPC/,
      ),
      expect.stringMatching(
        /^trial 001 has no result of epoch 3: the checkpoint of epoch 3 was not written: ENOSPC/,
      ),
      'the same command goes on with the sweep',
    ],
  ]);
  size('100m', 'remount');
  expect((await runCliProcess(argv, dir)).code).toBe(0);
  expect(entriesOf('full', 'small')).toEqual(entriesOf('whole'));
});
