import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../src/base/json';
import { writeExample } from '../../src/dataset/example/write-example';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { zStatusFile } from '../../src/run/files';
import { readRunSync } from '../../src/run/folder/read';
import { type SweepEntry, zSweepEntry } from '../../src/run/sweep';
import { zValidationEntry } from '../../src/run/validation';
import { linesOf, runCliProcess, spawnCli } from '../helpers/cli';
import { until } from '../helpers/until';

// Whole sweeps through dist/cli.js, on a few images: a driver, and for each trial a keeper, a trainer and a validator.
let dir = '';
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-sweep-'));
  await writeExample(dir, { train: 32, val: 16 });
  const file = path.join(dir, 'pcb.train.yaml');
  const changes = { epochs: 5, batch: 4, imgsz: 64, warmup_epochs: 0 };
  const text = Object.entries(changes).reduce(
    (before, [key, value]) => before.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${value}`),
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, text);
  sweepFile('four', 'stop: { grace: 2, reduction: 2 }');
});
afterAll(() => {
  for (const name of sweepNames()) for (const { pid } of processesOf(name)) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const runs = (...parts: string[]): string => path.join(dir, 'runs', ...parts);
const foldersIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
const sweepNames = (): string[] => foldersIn(runs()).filter((name) => existsSync(runs(name, 'sweep.json')));
const trialsOf = (name: string): string[] => foldersIn(runs(name, 'trials')).sort();

/** As many trials as values of lr0, and the file as it stands. */
function sweepFile(name: string, more: string, lr0 = '[0.002, 0.005, 0.01]'): void {
  const head = `experiment: pcb.train.yaml\nsampler: grid\nsearch: { lr0: ${lr0} }\n`;
  writeFileSync(path.join(dir, `${name}.sweep.yaml`), head + more);
}

function entriesOf(name: string): SweepEntry[] {
  const file = runs(name, 'sweep.jsonl');
  if (!existsSync(file)) return [];
  return linesOf(readFileSync(file, 'utf8')).flatMap((line) => {
    const { data } = zSweepEntry.safeParse(parseJson(line));
    return data ? [data] : [];
  });
}
const withoutTimes = (name: string) => entriesOf(name).map(({ t: _, ...entry }) => entry);

function processesOf(name: string) {
  return trialsOf(name).flatMap((trial) => {
    const folder = runs(name, 'trials', trial);
    return existsSync(path.join(folder, 'run.json')) ? processesOfRun(readRunSync(folder).id) : [];
  });
}
const statusOf = (name: string, trial: string) =>
  zStatusFile.parse(parseJson(readFileSync(runs(name, 'trials', trial, 'status.json'), 'utf8')));

/** mAP by epoch, as the run's own file has it. */
function mapsOf(folder: string): Record<string, number> {
  const lines = linesOf(readFileSync(path.join(folder, 'validation.jsonl'), 'utf8'));
  return Object.fromEntries(
    lines.flatMap((line) => {
      const { data } = zValidationEntry.safeParse(parseJson(line));
      return data?.type === 'validation' ? [[data.epoch, data.map]] : [];
    }),
  );
}

const sweep = (file: string, ...more: string[]): string[] => [
  ...['sweep', `${file}.sweep.yaml`, '--parallel', '2', '--json', ...more],
];
const untilNoneLives = (name: string) =>
  until(
    () => processesOf(name).length === 0,
    () => JSON.stringify(processesOf(name)),
  );

describe('a sweep by halving', () => {
  it('stops the worse trials at their rungs, and each stop can be recomputed', async () => {
    const { code, out, err } = await runCliProcess(sweep('four', '--name', 'whole'), dir);
    expect([code, err]).toEqual([0, '']);
    const entries = entriesOf('whole');
    expect(entries.filter(({ type }) => type === 'trial').map((e) => 'trial' in e && e.trial)).toEqual([
      0, 1, 2, 3,
    ]);
    const stops = entries.filter((entry) => entry.type === 'stopped');
    expect(stops.length).toBeGreaterThan(0);
    for (const { trial, rung, value, cutoff } of stops) {
      const name = `00${trial}`;
      expect(mapsOf(runs('whole/trials', name))[rung]).toBe(value);
      expect(value).toBeLessThan(cutoff);
      const { state, reason } = statusOf('whole', name);
      expect([state, reason]).toEqual([
        'stopped',
        expect.stringMatching(`^pruned at epoch ${rung}: \\.\\d+ < \\.\\d+$`),
      ]);
      expect(Object.keys(mapsOf(runs('whole/trials', name))).at(-1)).toBe(String(rung));
    }
    expect(statusOf('whole', '000').state).toBe('completed');
    const end = entries.at(-1);
    expect(end).toMatchObject({ type: 'end', of: 20 });
    expect(end?.type === 'end' && end.epochs).toBeLessThan(20);
    const result = JSON.parse(linesOf(out).at(-1) ?? '');
    expect(result).toMatchObject({ type: 'result', state: 'ended', sweep: runs('whole') });
    expect(result.next[0]).toMatch(/^pitwall repeat pcb\.train\.yaml --seeds 3/);
    await untilNoneLives('whole');
  });

  it('pauses change nothing: a trial that waited at two rungs has the very values of one that never did', async () => {
    const end = entriesOf('whole').find((entry) => entry.type === 'end');
    const trial = end?.type === 'end' ? end.best?.trial : undefined;
    const { set } = readRunSync(runs('whole/trials', `00${trial}`));
    const options = set.flatMap((text) => ['--set', text]);
    const plain = await runCliProcess(['train', 'pcb.train.yaml', '--name', 'plain', ...options], dir);
    expect(plain.code).toBe(0);
    expect(mapsOf(runs('plain'))).toEqual(mapsOf(runs('whole/trials', `00${trial}`)));
  });

  it('whose driver is killed goes on without repeating a trial, to the same end; a second driver is refused', async () => {
    const { child, done } = spawnCli(sweep('four', '--name', 'killed'), dir);
    await until(() => trialsOf('killed').length >= 3);
    const second = await runCliProcess(sweep('four', '--name', 'killed'), dir);
    expect([second.code, linesOf(second.err).length]).toEqual([75, 1]);
    child.kill('SIGKILL');
    await done;
    expect((await runCliProcess(sweep('four', '--name', 'killed'), dir)).code).toBe(0);
    expect(withoutTimes('killed')).toEqual(withoutTimes('whole'));
    await untilNoneLives('killed');
  });

  it('that is interrupted or terminated leaves no process, and the same command goes on with it', async () => {
    const name = 'ended';
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { child, done } = spawnCli(sweep('four', '--name', name), dir);
      await until(() => processesOf(name).some(({ role }) => role === 'trainer'));
      child.kill(signal);
      expect((await done).code).toBe(130);
      expect(processesOf(name).filter(({ role }) => role === 'trainer')).toEqual([]);
      await untilNoneLives(name);
      for (const trial of trialsOf(name))
        expect(['stopped', 'paused']).toContain(statusOf(name, trial).state);
    }
    expect((await runCliProcess(sweep('four', '--name', name), dir)).code).toBe(0);
    expect(withoutTimes(name)).toEqual(withoutTimes('whole'));
  });
});

describe('a sweep that is interrupted while a trial is validated', () => {
  const validating = (name: string): string | undefined =>
    trialsOf(name)
      .filter((trial) => existsSync(runs(name, 'trials', trial, 'status.json')))
      .find((trial) => statusOf(name, trial).state === 'validating');

  it('has the last value of each trial in the end, whether its validation was waited for or given up', async () => {
    sweepFile('two', 'stop: { rule: none }', '[0.005]');
    const last: (number | undefined)[] = [];
    for (const signals of [1, 2]) {
      const name = `cut-${signals}`;
      const { child, done } = spawnCli(sweep('two', '--name', name), dir);
      await until(() => validating(name) !== undefined);
      for (let i = 0; i < signals; i++) child.kill('SIGINT');
      await done;
      expect((await runCliProcess(sweep('two', '--name', name), dir)).code).toBe(0);
      last.push(...trialsOf(name).map((trial) => mapsOf(runs(name, 'trials', trial))[5]));
    }
    expect(last).toEqual([expect.any(Number), expect.any(Number), ...last.slice(0, 2)]);
  });
});

describe('a sweep by asha', () => {
  it('stops a trial as it comes, below the cutoff of those before it', async () => {
    sweepFile('async', 'stop: { rule: asha, grace: 2, reduction: 2 }');
    expect((await runCliProcess(sweep('async', '--name', 'async'), dir)).code).toBe(0);
    const stops = entriesOf('async').filter((entry) => entry.type === 'stopped');
    for (const { trial, rung, value, cutoff } of stops) {
      expect(mapsOf(runs('async/trials', `00${trial}`))[rung]).toBe(value);
      expect(value).toBeLessThan(cutoff);
    }
    expect(entriesOf('async').filter(({ type }) => type === 'judged').length).toBeGreaterThanOrEqual(4);
    await untilNoneLives('async');
  });
});

describe('a sweep in lists', () => {
  it('is one entry, whose trials are runs of their own', async () => {
    const listed = linesOf((await runCliProcess(['list', '--json'], dir)).out).map((line) =>
      JSON.parse(line),
    );
    expect(listed.filter(({ kind }) => kind === 'sweep').map(({ name }) => name)).toContain('whole');
    expect(listed.filter(({ run }) => run !== undefined).map(({ name }) => name)).toEqual(['plain']);
    const trials = linesOf((await runCliProcess(['list', 'runs/whole', '--json'], dir)).out);
    expect(trials.map((line) => JSON.parse(line).name).sort()).toEqual(['000', '001', '002', '003']);
    expect((await runCliProcess(['show', 'whole/trials/001'], dir)).code).toBe(0);
  });

  it('shows its trials with the reason of each stop, the verdict and the next step', async () => {
    const { code, out } = await runCliProcess(['show', 'whole'], dir);
    expect(code).toBe(0);
    expect(out).toContain('the file as it stands');
    expect(out).toMatch(/pruned at epoch \d: \.\d+ < \.\d+/);
    expect(out).toMatch(/^best: 00\d, mAP50-95 /m);
    expect(out).toMatch(/^ {2}pitwall repeat pcb\.train\.yaml --seeds 3/m);
  });
});

describe('warm-up', () => {
  const warmup = ['warmup', 'pcb.train.yaml', '--epochs', '2', '--parallel', '2', '--json'];

  it('is tried at the LR that training without it lives at, and at the one that kills it', async () => {
    const { code, out } = await runCliProcess(warmup, dir);
    expect(code).toBe(0);
    const found = JSON.parse(linesOf(out).at(-1) ?? '');
    expect(found.type).toBe('warmup');
    expect(found.safe).toBeLessThan(found.critical);
    const tried = found.trials.map(({ settings }: { settings: { lr0: number } }) => settings.lr0);
    expect(tried).toEqual(expect.arrayContaining([found.safe, found.critical]));
    // So short a training may find nothing that can be compared; then the reason is said.
    const { low, high, refused } = found.difference;
    if (refused === undefined) expect(low).toBeLessThanOrEqual(high);
    else expect(refused).not.toBe('');
    for (const folder of [found.warm, found.none])
      expect(existsSync(path.join(folder, 'run.json'))).toBe(true);
  });

  it('asked about the same text again trains nothing, and writes nothing that was not shown', async () => {
    const before = [sweepNames(), readFileSync(path.join(dir, 'pcb.train.yaml'), 'utf8')];
    const { code, out, err } = await runCliProcess([...warmup, '--apply'], dir);
    const isShown = ['first', 'second'].includes(JSON.parse(linesOf(out).at(-1) ?? '').difference?.verdict);
    expect([code, linesOf(err).length]).toEqual(isShown ? [0, 0] : [1, 1]);
    expect(sweepNames()).toEqual(before[0]);
    if (!isShown) expect(readFileSync(path.join(dir, 'pcb.train.yaml'), 'utf8')).toBe(before[1]);
  });
});

describe('before anything is paid for', () => {
  const check = async (text: string, expected: RegExp): Promise<void> => {
    writeFileSync(path.join(dir, 'bad.sweep.yaml'), text);
    const before = foldersIn(runs()).length;
    const { code, err } = await runCliProcess(['sweep', 'bad.sweep.yaml'], dir);
    expect([code, linesOf(err).length]).toEqual([2, 1]);
    expect(err).toMatch(expected);
    expect(foldersIn(runs())).toHaveLength(before);
  };
  const head = 'experiment: pcb.train.yaml\n';

  it('what is wrong is one line at its place', async () => {
    await check(
      `${head}search: { lr1: [1] }`,
      /^bad\.sweep\.yaml:2:16: search\.lr1: unknown key .* did you mean lr0\?$/m,
    );
    await check(
      `${head}search: { lr0: [0.1] }\nstop: { grace: 1 }`,
      /stop\.grace: is shorter than the warm-up/,
    );
    await check(`${head}search: { momentum: [0.9], imgsz: [63] }`, /trial 001: .*imgsz/);
    await check('experiment: none.yaml\nsearch: { lr0: [0.1] }', /none\.yaml: no such file/);
  });

  it('a dry run prints the trials and what they cost at most', async () => {
    const { code, out } = await runCliProcess(['sweep', 'four.sweep.yaml', '--dry-run'], dir);
    expect([code, linesOf(out).slice(0, 5)]).toEqual([
      0,
      [
        '000  the file as it stands',
        '001  lr0=0.002',
        '002  lr0=0.005',
        '003  lr0=0.01',
        '4 trials, judged at epoch 2, 4 of 5: at most 16 of 20 epochs, unless trials are equal',
      ],
    ]);
    expect(out).toMatch(/about .* of training, as the last run of this experiment took/);
  });
});
