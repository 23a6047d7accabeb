import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLI, runCliProcess } from '../../helpers/cli';
import { copyTinyData } from '../../helpers/old-runs';
import { until } from '../../helpers/until';

const RELAY = path.resolve(import.meta.dirname, '../../helpers/pty_relay.py');
const hasTerminals = spawnSync('python3', ['-c', 'import pty, termios']).status === 0;
if (!hasTerminals) console.warn('skipped: the full-screen watch needs python3 with its pty module');

const ENTER = '\u001b[?1049h';
const LEAVE = '\u001b[?25h\u001b[?1049l';
let dir = '';
const started: ChildProcess[] = [];
const pitwall = (...argv: string[]) => runCliProcess(argv, dir);
const keeperLog = (run: string): string => path.join(dir, 'runs', run, 'keeper.jsonl');
const listed = async (): Promise<string> => (await pitwall('list', '--json')).out;
const stateOf = (run: string): string =>
  JSON.parse(readFileSync(path.join(dir, 'runs', run, 'status.json'), 'utf8')).state;

/** `pitwall watch` on a terminal. */
function open(argv: readonly string[], { columns = 120, rows = 30, env = {} } = {}) {
  const command = [process.execPath, CLI, 'watch', ...argv];
  const clean = { ...process.env, CI: '', TERM: 'xterm-256color', ...env };
  const relay = spawn('python3', [RELAY, String(columns), String(rows), ...command], {
    cwd: dir,
    env: clean,
  });
  started.push(relay);
  let out = '';
  let err = '';
  let from = 0;
  relay.stdout.on('data', (data) => {
    out += data;
  });
  relay.stderr.on('data', (data) => {
    err += data;
  });
  return {
    /** What is shown is looked for in what comes after the last keys. */
    type: (keys: string) => {
      from = out.length;
      relay.stdin.write(keys);
    },
    shows: (text: string) =>
      until(
        () => out.includes(text, from),
        () => `${text} in ${out.slice(-3000)}`,
      ),
    ended: () =>
      until(
        () => /code .*/.test(err),
        () => err,
      ),
    pid: () => Number(/pid (\d+)/.exec(err)?.[1]),
    out: () => out,
    end: () => /code .*/.exec(err)?.[0],
  };
}

beforeAll(async () => {
  dir = copyTinyData();
  const long = ['epochs=100000', 'lr0=0.01'].flatMap((key) => ['--set', key]);
  for (const name of ['one', 'two'])
    await pitwall('train', 'tiny.train.yaml', '--name', name, '--detach', ...long);
  await until(async () => (await listed()).match(/"running"/g)?.length === 2);
});
afterEach(() => {
  for (const relay of started.splice(0)) relay.kill();
});
afterAll(async () => {
  for (const name of ['one', 'two']) await pitwall('stop', name);
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
});

describe.skipIf(!hasTerminals)('watch on a terminal', () => {
  it('draws charts, and q gives the terminal back while the run goes on', async () => {
    const screen = open(['one']);
    await screen.shows('learning rate');
    await screen.shows('┤');
    await screen.shows('q leave');
    screen.type('q');
    await screen.ended();
    expect(screen.end()).toBe('code 0, terminal as it was');
    expect([screen.out().indexOf(ENTER), screen.out().lastIndexOf(LEAVE)]).not.toContain(-1);
    expect(screen.out().split(LEAVE)[1]).toContain('the run goes on');
    expect(stateOf('one')).toBe('running');
  });

  it('gives the terminal back after Ctrl-C, a kill and a crash', async () => {
    const crash = path.join(dir, 'crash.cjs');
    writeFileSync(crash, "process.on('SIGUSR2', () => { throw new Error('a crash'); });");
    for (const end of ['interrupt', 'SIGTERM', 'SIGUSR2']) {
      const screen = open(['one'], { env: { NODE_OPTIONS: `--require ${crash}` } });
      await screen.shows('q leave');
      if (end === 'interrupt') screen.type('\u0003');
      else process.kill(screen.pid(), end);
      await screen.ended();
      expect(screen.end()).toContain(end === 'SIGUSR2' ? 'code 1,' : 'code 130,');
      expect(screen.end()).toContain('terminal as it was');
      expect(screen.out()).toContain(LEAVE);
    }
    expect(stateOf('one')).toBe('running');
  });

  it('shows what a learning rate does before it is sent, and refuses what is not one', async () => {
    const screen = open(['one']);
    await screen.shows('q leave');
    screen.type('lx\r');
    await screen.shows('expected a number above 0, or plan');
    screen.type('\u007f0.004\r');
    await screen.shows('weights');
    await screen.shows('send it?');
    screen.type('n');
    await screen.shows('q leave');
    expect(readFileSync(keeperLog('one'), 'utf8')).not.toContain('0.004');
    screen.type('l0.004\ry');
    await until(() => /"answer".*0\.004/.test(readFileSync(keeperLog('one'), 'utf8')));
    screen.type('q');
    await screen.ended();
  });

  it('nothing from a run acts on the terminal', async () => {
    const message = '\u001b]0;taken\u0007\u001b[2J harm';
    const alert = { type: 'alert', t: Date.now(), rule: 'loss', severity: 'warning', message, numbers: {} };
    appendFileSync(keeperLog('two'), `${JSON.stringify(alert)}\n`);
    const screen = open(['two']);
    await screen.shows('harm');
    expect(screen.out()).not.toContain('\u001b]0;');
    expect(screen.out()).not.toContain('\u001b[2J');
    screen.type('q');
    await screen.ended();
  });

  it('n goes to the next run, p pauses and resumes, and s asks before it stops', async () => {
    const screen = open(['one']);
    await screen.shows('one  running');
    screen.type('n');
    await screen.shows('two  running');
    screen.type('p');
    await screen.shows('p resume');
    expect(stateOf('two')).toBe('paused');
    screen.type('p');
    await screen.shows('two  running');
    expect(stateOf('two')).toBe('running');
    screen.type('s');
    await screen.shows('stop this run at its next batch?');
    screen.type('n');
    expect(stateOf('two')).toBe('running');
    screen.type('sy');
    await screen.ended();
    expect(screen.end()).toBe('code 0, terminal as it was');
    expect(screen.out().split(LEAVE)[1]).toContain('stopped');
  });

  it('plain lines if asked for, in a job, and on a terminal that takes no movements', async () => {
    for (const [argv, env] of [
      [['one', '--plain'], {}],
      [['one'], { TERM: 'dumb' }],
      [['one'], { CI: 'true' }],
    ] as const) {
      const screen = open(argv, { env });
      await screen.shows('epoch');
      screen.type('\u0003');
      await screen.ended();
      expect(screen.out()).not.toContain(ENTER);
    }
  });
});
