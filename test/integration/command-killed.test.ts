import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { type LiveRun, openRun } from '../../src/engine/runs/live-run';
import { readRunSync } from '../../src/run/folder/read';
import { runCliProcess } from '../helpers/cli';
import { alive, until } from '../helpers/fake-run';
import { repositoryRoot } from '../helpers/shared';

// `trainer: command`: what reads a program may die, and its keeper with it; the program goes on and the true state is
// shown.
const program = path.join(repositoryRoot, 'test/fixtures/processes/foreign-program.mjs');
let home = '';
let live: LiveRun | undefined;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'pitwall-command-'));
});
afterEach(() => {
  if (live) for (const { pid } of members(live)) process.kill(pid, 'SIGKILL');
  live?.dispose();
  live = undefined;
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

const members = ({ dir }: LiveRun) => processesOfRun(readRunSync(dir).id);
const pidOf = (run: LiveRun, role: string): number =>
  members(run).find((member) => member.role === role)?.pid ?? 0;

async function start(steps: number): Promise<LiveRun> {
  const command = { run: [process.execPath, program, 'counts', '{run_dir}', String(steps)], reads: 'jsonl' };
  const text = `trainer: command\nvalidation: false\ncommand: ${JSON.stringify(command)}\n`;
  writeFileSync(path.join(home, 'x.train.yaml'), text);
  const { code, err } = await runCliProcess(['train', 'x.train.yaml', '--name', 'x', '--detach'], home);
  expect([code, err]).toEqual([0, '']);
  live = await openRun(path.join(home, 'runs/x'));
  await until(live, ({ state }) => state.steps.step.length > 3);
  return live;
}

function expectWhole({ state }: LiveRun, atLeast: number): void {
  const steps = [...state.steps.step.view()];
  expect(steps.length).toBeGreaterThanOrEqual(atLeast);
  expect(steps).toEqual(Array.from(steps, (_, i) => i));
}

function killReaders(run: LiveRun): number {
  const child = pidOf(run, 'program');
  for (const role of ['keeper', 'trainer']) process.kill(pidOf(run, role), 'SIGKILL');
  return child;
}

describe('a program whose reader dies', () => {
  it('goes on and is read on, from where the reader was', async () => {
    const run = await start(150);
    const child = pidOf(run, 'program');
    process.kill(pidOf(run, 'trainer'), 'SIGKILL');
    await until(run, ({ state }) => state.hello?.attempt === 2);
    expect(pidOf(run, 'program')).toBe(child);
    await until(run, ({ state }) => state.status?.state === 'completed');
    expectWhole(run, 150);
    expect(run.state.end?.message).toContain('exit code unknown');
  });

  it('is called running while no process reads it, and watch reads it to its end', async () => {
    const run = await start(150);
    const child = killReaders(run);
    await until(run, ({ presence }) => !presence.keeperAlive && !presence.trainerAlive);
    expect(run.presence).toMatchObject({
      state: 'running',
      note: expect.stringContaining('the program goes on'),
    });
    expect(alive(child)).toBe(true);
    const watched = await runCliProcess(['watch', 'x', '--json'], home);
    expect(watched.code).toBe(0);
    await run.refresh();
    expectWhole(run, 150);
  });

  it('has what it wrote read even if it ended before anybody came', async () => {
    const run = await start(40);
    const child = killReaders(run);
    await until(run, () => !alive(child));
    expect(run.presence.state).toBe('lost');
    const watched = await runCliProcess(['watch', 'x'], home);
    expect(watched.code).toBe(0);
    await run.refresh();
    expectWhole(run, 40);
    expect(run.state.status?.state).toBe('completed');
  });

  it('is stopped with everything else, by a keeper that comes for it', async () => {
    const run = await start(100_000);
    killReaders(run);
    await until(run, ({ presence }) => !presence.keeperAlive && !presence.trainerAlive);
    const stopped = await runCliProcess(['stop', 'x'], home);
    expect(stopped.code).toBe(0);
    expect(members(run)).toEqual([]);
    await run.refresh();
    expect(run.state.status?.state).toBe('stopped');
    expectWhole(run, 4);
  });
});
