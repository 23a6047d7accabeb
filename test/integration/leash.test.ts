import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../src/base/json';
import { writeExample } from '../../src/dataset/example/write-example';
import { askRun } from '../../src/engine/control/ask';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { zTrainerEvent } from '../../src/run/events';
import { type StatusFile, zStatusFile } from '../../src/run/files';
import { markAttempt } from '../../src/run/folder/attempt-mark';
import { readRunSync } from '../../src/run/folder/read';
import { CLI, linesOf, runCliProcess, spawnCli } from '../helpers/cli';
import { until } from '../helpers/until';

// A run inside someone else's job: an engine that ends, kills and starts again what it started. The real chain of processes.
let dir = '';
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-leash-'));
  await writeExample(dir, { train: 16, val: 8 });
});
afterAll(() => {
  for (const name of readdirSync(path.join(dir, 'runs')))
    for (const { pid } of livesOf(name)) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const ENDLESS = 100_000;
/** Some seconds of training away. */
const PAUSE = 60;
const SMALL = [
  '--set',
  'batch=2',
  '--set',
  'imgsz=64',
  '--set',
  'warmup_epochs=1',
  '--set',
  'validation=false',
];
const train = (name: string, epochs: number, ...more: string[]): string[] => [
  ...['train', 'pcb.train.yaml', '--name', name, '--set', `epochs=${epochs}`, ...SMALL, '--json', ...more],
];
const at = (name: string, file = ''): string => path.join(dir, 'runs', name, file);
const livesOf = (name: string) =>
  existsSync(at(name, 'run.json')) ? processesOfRun(readRunSync(at(name)).id) : [];
const pidOf = (name: string, role: string): number => livesOf(name).find((p) => p.role === role)?.pid ?? 0;
const eventsOf = (name: string) =>
  existsSync(at(name, 'events.jsonl'))
    ? linesOf(readFileSync(at(name, 'events.jsonl'), 'utf8')).flatMap((line) => {
        const { data } = zTrainerEvent.safeParse(parseJson(line));
        return data ? [data] : [];
      })
    : [];
const statusOf = (name: string): StatusFile | undefined =>
  zStatusFile.safeParse(parseJson(readFileSync(at(name, 'status.json'), 'utf8'))).data;
const hellos = (name: string) => eventsOf(name).filter((event) => event.type === 'hello');
const untilSteps = (name: string, steps: number) =>
  until(() => eventsOf(name).filter(({ type }) => type === 'step').length >= steps);
const untilNoneLives = (name: string) =>
  until(
    () => livesOf(name).length === 0,
    () => JSON.stringify(livesOf(name)),
  );

/** A keeper at rest until its next look: what it was writing when it froze it would write on when it wakes. */
async function untilStatusIsWritten(name: string): Promise<void> {
  const before = statusOf(name)?.heartbeat;
  await until(() => statusOf(name)?.heartbeat !== before);
}

describe('a job that is ended', () => {
  it('SIGTERM stops the run politely, and it goes on from that very step', async () => {
    const { child, done } = spawnCli(train('term', ENDLESS), dir);
    await untilSteps('term', 11);
    child.kill('SIGTERM');
    expect((await done).code).toBe(130);
    expect(statusOf('term')?.state).toBe('stopped');
    await untilNoneLives('term');
    const last = eventsOf('term').findLast(({ type }) => type === 'step');
    const { child: again, done: over } = spawnCli(['train', '--resume', 'term', '--json'], dir);
    await until(() => hellos('term').length === 2);
    again.kill('SIGTERM');
    expect((await over).code).toBe(130);
    expect(hellos('term')[1]).toMatchObject({ fromStep: (last?.type === 'step' ? last.step : -9) + 1 });
  });

  it('a leashed run ends with the process that started it, though that is killed', async () => {
    const { child, done } = spawnCli(train('killed', ENDLESS, '--leash'), dir);
    await untilSteps('killed', 5);
    child.kill('SIGKILL');
    await done;
    await untilNoneLives('killed');
    expect(statusOf('killed')?.state).toBe('stopped');
  });

  it('a leashed run ends with the other end of its stdin', async () => {
    const child = spawn(process.execPath, [CLI, ...train('pipe', ENDLESS, '--leash')], {
      cwd: dir,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await untilSteps('pipe', 5);
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(statusOf('pipe')?.state).toBe('stopped');
    await untilNoneLives('pipe');
  });

  it('a leashed process ends with its run, though the other end of its stdin is open', async () => {
    const child = spawn(process.execPath, [CLI, ...train('whole', 2, '--leash')], {
      cwd: dir,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(statusOf('whole')?.state).toBe('completed');
    child.stdin?.end();
  });

  it('a leashed keeper that is asked to end stops its run', async () => {
    const { done } = spawnCli(train('scancel', ENDLESS, '--leash'), dir);
    await untilSteps('scancel', 5);
    process.kill(pidOf('scancel', 'keeper'), 'SIGTERM');
    await done;
    expect(statusOf('scancel')?.state).toBe('stopped');
    await untilNoneLives('scancel');
  });
});

describe('a job that is started again', () => {
  it('goes on with its run, and shows it once that is completed', async () => {
    const again = (): Promise<{ code: number | null; err: string }> =>
      runCliProcess(train('again', 40, '--resume-or-start'), dir);
    const { child, done } = spawnCli(train('again', 40, '--resume-or-start'), dir);
    await untilSteps('again', 9);
    const busy = await again();
    expect([busy.code, linesOf(busy.err).length]).toEqual([75, 1]);
    child.kill('SIGKILL');
    for (const role of ['keeper', 'trainer']) process.kill(pidOf('again', role), 'SIGKILL');
    await done;
    await untilNoneLives('again');
    expect(await again()).toMatchObject({ code: 0, err: '' });
    expect(hellos('again')).toHaveLength(2);
    expect(statusOf('again')?.state).toBe('completed');
    expect(await again()).toMatchObject({ code: 0, err: '' });
    expect(hellos('again')).toHaveLength(2);
  });

  it('still pauses at the epoch that it was asked for before', async () => {
    const again = train('pauses', ENDLESS, '--resume-or-start');
    const { child, done } = spawnCli(again, dir);
    await untilSteps('pauses', 9);
    await askRun(at('pauses'), { type: 'pause', epoch: PAUSE }, 'test');
    await until(() => eventsOf('pauses').some(({ type }) => type === 'control'));
    child.kill('SIGKILL');
    for (const role of ['keeper', 'trainer']) process.kill(pidOf('pauses', role), 'SIGKILL');
    await done;
    await untilNoneLives('pauses');
    await runCliProcess(again, dir);
    expect(hellos('pauses')).toHaveLength(2);
    expect(statusOf('pauses')).toMatchObject({ state: 'paused', progress: { epoch: PAUSE } });
  });

  it('needs a name to find its run by', async () => {
    const { code, err } = await runCliProcess(['train', 'pcb.train.yaml', '--resume-or-start'], dir);
    expect([code, linesOf(err).length]).toEqual([2, 1]);
    expect(err).toContain('--name');
  });
});

describe('two keepers', () => {
  it('the second one of a live run does nothing and says 75; one that lost the run writes nothing more', async () => {
    const rare = ['--set', 'checkpoints.every=10000', '--detach'];
    const started = await runCliProcess(train('split', ENDLESS, ...rare), dir);
    expect(started.code).toBe(0);
    await untilSteps('split', 5);
    const second = spawn(process.execPath, [
      path.join(path.dirname(CLI), 'keeper.js'),
      at('split'),
      '--start',
    ]);
    expect(await once(second, 'exit')).toEqual([75, null]);

    // What a take-over from another machine leaves in the folder, while this keeper is frozen.
    const keeper = pidOf('split', 'keeper');
    await untilStatusIsWritten('split');
    process.kill(keeper, 'SIGSTOP');
    const lock = { pid: 1, started: '1', boot: 'another', host: 'another', pidns: 'another' };
    writeFileSync(at('split', 'keeper.2.lock'), JSON.stringify(lock));
    markAttempt(at('split', 'control/trainer'), 2);
    await until(() => pidOf('split', 'trainer') === 0);
    const before = readFileSync(at('split', 'events.jsonl'), 'utf8');
    expect(before).not.toContain('"type":"end"');
    const files = ['status.json', 'keeper.jsonl', 'events.jsonl'];
    const said = files.map((file) => readFileSync(at('split', file), 'utf8'));
    process.kill(keeper, 'SIGCONT');
    await untilNoneLives('split');
    expect(files.map((file) => readFileSync(at('split', file), 'utf8'))).toEqual(said);
    expect(readdirSync(at('split')).filter((name) => name.endsWith('.released'))).toEqual([]);
  });
});
