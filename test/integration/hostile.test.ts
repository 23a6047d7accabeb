import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visible } from '../../src/base/visible';
import { identityOf } from '../../src/engine/process/identity';
import { CLI } from '../helpers/cli';
import { folderContent } from '../helpers/folder-content';
import { type Corpus, writeCorpus } from '../helpers/hostile-corpus';
import { repositoryRoot } from '../helpers/shared';
import { forbiddenCalls, TRACED } from '../helpers/system-calls';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
if (!hasStrace)
  console.warn('SKIPPED: strace is not installed (apt-get install strace): no system call is looked at');

/** Runs that name programs, have links in place of what would be written, or hold texts that act. */
const STEERED = /^(command$|python-absolute|link-control|link-checkpoints|link-meta|text-)/;
/** A hundred folders, one after another, on a busy machine. */
const LONGEST_MS = 600_000;

type Said = {
  readonly argv: readonly string[];
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

let root: string;
let corpus: Corpus;
let victim: ChildProcess;
let before: string;

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-hostile-'));
  for (const name of ['home', 'results']) mkdirSync(path.join(root, name));
  const example = path.join(root, 'example');
  execFileSync(process.execPath, [CLI, 'init', example]);
  const run = 'f0f0f0f0-0000-4000-8000-00000000beef';
  // Processes that the user runs, and that a stranger's folder claims as its own.
  const env = { ...process.env, PITWALL_RUN: run, PITWALL_FOLDER: 'file:1', PITWALL_ROLE: 'trainer' };
  victim = spawn('sleep', ['1000'], { stdio: 'ignore', env });
  const identity = identityOf(victim.pid ?? 0);
  corpus = await writeCorpus(root, example, { identity: { ...identity }, run });
  before = folderContent(corpus.outside);
});

afterAll(() => {
  victim.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs command lines in the stranger's clone; what they did is in the trace, if there is one. */
function lookWith(
  name: string,
  commands: readonly (readonly string[])[],
): { said: Said[]; forbidden: string[] } {
  const [trace, results] = [`${name}.trace`, `${name}.json`].map((file) => path.join(root, 'results', file));
  const driver = path.join(repositoryRoot, 'test/fixtures/processes/run-commands.mjs');
  const program = [process.execPath, driver, results, CLI, corpus.repo];
  const [command, ...args] = hasStrace
    ? ['strace', '-f', '--seccomp-bpf', '-s', '400', '-e', `trace=${TRACED}`, '-o', trace, ...program]
    : program;
  const env = {
    ...process.env,
    HOME: path.join(root, 'home'),
    PATH: '/usr/bin:/bin',
    XDG_STATE_HOME: '',
    XDG_CACHE_HOME: '',
  };
  const { status, stderr } = spawnSync(command, args, {
    input: JSON.stringify(commands),
    env,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  const said = JSON.parse(readFileSync(results, 'utf8')) as Said[];
  if (!hasStrace) return { said, forbidden: [] };
  const folders = ['/dev', '/proc', path.join(root, 'results'), path.join(root, 'home/.cache')];
  const scripts = [path.dirname(CLI), path.dirname(driver)];
  const allowed = { folders, program: process.execPath, scripts };
  return { said, forbidden: forbiddenCalls(readFileSync(trace, 'utf8'), allowed) };
}

function expectNothingDone(name: string, { said, forbidden }: ReturnType<typeof lookWith>): void {
  expect(forbidden, name).toEqual([]);
  expect(folderContent(corpus.outside), `${name}: canaries`).toBe(before);
  expect(victim.exitCode ?? victim.signalCode, `${name}: the person's own process`).toBeNull();
  const hung = said.filter(({ status }) => status === null).map(({ argv }) => argv.join(' '));
  expect(hung, `${name}: did not end`).toEqual([]);
}

/** Whether a terminal would do something with it, besides beginning a line. */
const hasActing = (text: string): boolean => text.split('\n').some((line) => visible(line) !== line);

const each = (command: (run: string) => readonly string[]): (readonly string[])[] =>
  corpus.cases.map((name) => command(path.join('runs', name)));

describe.skipIf(process.platform !== 'linux')("a stranger's clone", () => {
  it('is of more than 60 hostile folders', () => {
    expect(corpus.cases.length).toBeGreaterThan(60);
  });

  it('is listed with all that can be read, and a reason for the rest', () => {
    const looked = lookWith('list', [['list'], ['list', '--json'], ['schedule', 'pcb.train.yaml', '--json']]);
    expectNothingDone('list', looked);
    const [{ stdout, stderr }] = looked.said;
    expect(stdout.split('\n').length).toBeGreaterThan(45);
    expect(stderr).toMatch(/link-run-json\/run\.json: is a link, and links in a run folder are not followed/);
    expect(stderr).toMatch(/pipe-run-json\/run\.json: is a pipe or a device; a file was expected/);
    expect(stderr).toMatch(/huge-run-json\/run\.json: has 3072 MB; at most 2 MB of such a file are read/);
  });

  const check = (name: string, command: (run: string) => readonly string[]): void => {
    it(`is looked at with ${name}, and nothing is done`, { timeout: LONGEST_MS }, () => {
      const looked = lookWith(name, each(command));
      expectNothingDone(name, looked);
      const acts = looked.said.filter(({ stdout, stderr }) => hasActing(stdout + stderr));
      expect(acts.map(({ argv }) => argv)).toEqual([]);
    });
  };
  check('show', (run) => ['show', run]);
  check('watch', (run) => ['watch', run]);
  check('compare', (run) => ['compare', run, run]);
  check('validate', (run) => ['validate', '--run', `${run}@50`, '--data', 'data.yaml']);
  check('export', (run) => ['export', run, '--csv', '--tensorboard']);
  check('stop', (run) => ['stop', run]);
  check('continue', (run) => ['continue', run]);

  it('is not organised, steered or freed without a word', { timeout: LONGEST_MS }, () => {
    const some = corpus.cases.filter((name) => STEERED.test(name)).map((name) => path.join('runs', name));
    const acts = some.flatMap((run) => [
      ['tag', run, 'x'],
      ['note', run, 'x'],
      ['rename', run, 'x'],
      ['archive', run],
      ['rm', run],
      ['pause', run],
      ['set', run, 'lr=.01', '--yes'],
      ['rewind', run],
      ['queue', 'remove', run],
    ]);
    const looked = lookWith('organise', acts);
    expectNothingDone('organise', looked);
    const done = looked.said.filter(({ status }) => status !== 2).map(({ argv }) => argv.join(' '));
    expect(done, 'each is refused').toEqual([]);
  });

  it('is read by reports, gates, lists and plans, and nothing is done', { timeout: LONGEST_MS }, () => {
    const file = (name: string): string => path.join(root, 'results', name);
    const some = corpus.cases.filter((name) => STEERED.test(name)).map((name) => path.join('runs', name));
    const looked = lookWith('read', [
      ...some.map((run) => ['report', run, '--out', file('report.html')]),
      ...some.map((run) => ['check', run, '--min', 'map=.1', '--junit', file('junit.xml')]),
      ['list', '--columns', 'name,map', '--where', 'map > .1', '--baseline', 'runs/command'],
      ['gc', '--older', '0h'],
      ['gc', '--older', '0h', '--keep', 'best'],
      ['queue', 'list'],
      ['repeat', 'pcb.train.yaml', '--dry-run'],
      ['repeat', 'evil.train.yaml', '--dry-run'],
      ['schedule', 'evil.train.yaml'],
      ['data', 'data.yaml'],
      ['tag', 'runs/command'],
      ['note', 'runs/command'],
    ]);
    expectNothingDone('read', looked);
    const acts = looked.said.filter(({ stdout, stderr }) => hasActing(stdout + stderr));
    expect(acts.map(({ argv }) => argv)).toEqual([]);
  });

  it('says what would be executed before it is trusted', () => {
    const { said } = lookWith('says', [
      ['continue', 'runs/command'],
      ['validate', '--run', 'runs/python-absolute'],
    ]);
    const evil = path.join(corpus.repo, 'evil.sh');
    expect(said[0].stderr).toContain(`--trust lets Pitwall act on it: it runs ${evil} {run_dir}`);
    expect(said[1].stderr).toContain(`its interpreter is ${evil}`);
    expect(said.map(({ status }) => status)).toEqual([2, 2]);
  });

  it('starts no interpreter of its own for the doctor', () => {
    const { said } = lookWith('doctor', [['doctor']]);
    expect(existsSync(path.join(corpus.outside, 'executed'))).toBe(false);
    expect(said[0].stdout).toContain(`${path.join(corpus.repo, '.venv/bin/python')}: not started`);
  });
});
