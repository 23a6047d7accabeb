import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { linesOf, runCliProcess } from '../helpers/cli';
import { repositoryRoot } from '../helpers/shared';
import { eventsOf, python, readEvents, until, useWorkshop } from './helpers';

// Two processes of torchrun through `trainer: command`, logging with the shipped helper.
const helper = path.join(repositoryRoot, 'dist/pitwall_log.py');
const workshop = useWorkshop({ train: 1, val: 1 });

function writeConfig(name: string, epochs: number): string {
  const loop = path.join(repositoryRoot, 'test/fixtures/processes/torch-loop.py');
  const torchrun = [
    '-m',
    'torch.distributed.run',
    '--standalone',
    '--nproc-per-node',
    '2',
    loop,
    String(epochs),
  ];
  const command = {
    run: [python, ...torchrun],
    env: { HELPER_DIR: path.dirname(helper), OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    reads: 'jsonl',
  };
  const file = path.join(workshop.dir, `${name}.train.yaml`);
  writeFileSync(
    file,
    `trainer: command\nepochs: ${epochs}\nvalidation: false\ncommand: ${JSON.stringify(command)}\n`,
  );
  return file;
}

const living = (dir: string) => processesOfRun(readRunSync(dir).id);

describe('trainer: command with torchrun and the helper', () => {
  it('the helper is at most 60 lines of Python 3.8 that import nothing but the standard library', () => {
    const text = readFileSync(helper, 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    const check =
      'import ast, sys; print(sorted({a.name for n in ast.walk(ast.parse(sys.stdin.read(), feature_version=(3, 8))) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}))';
    const imports = execFileSync(python, ['-c', check], { input: text, encoding: 'utf8' });
    expect(imports.trim()).toBe("['json', 'math', 'os', 'time']");
  });

  it('streams every step once, from rank 0 only, and completes', async () => {
    const { code, err } = await runCliProcess(
      ['train', writeConfig('whole', 2), '--name', 'whole', '--json'],
      workshop.dir,
    );
    expect(err).toBe('');
    expect(code).toBe(0);
    const dir = workshop.runDir('whole');
    expect(eventsOf(dir, 'step').map(({ step, epoch, lr }) => [step, epoch, lr[0]])).toEqual(
      Array.from({ length: 10 }, (_, step) => [step, 1 + Math.floor(step / 5), 0.1]),
    );
    expect(eventsOf(dir, 'plan')).toMatchObject([{ epochs: 2, stepsPerEpoch: 5, totalSteps: 10 }]);
    expect(eventsOf(dir, 'epoch').map(({ metrics }) => metrics?.map)).toEqual([0, 0.1]);
    expect(living(dir)).toEqual([]);
  });

  it('leaves no process behind when it is stopped, even if what reads it was killed before', async () => {
    const started = await runCliProcess(
      ['train', writeConfig('long', 5000), '--name', 'long', '--detach'],
      workshop.dir,
    );
    expect(started.code).toBe(0);
    const dir = workshop.runDir('long');
    await until('steps of the first reader', () => eventsOf(dir, 'step').length > 5);
    // The launcher, two workers, and the reader beside them.
    expect(living(dir).filter(({ role }) => role === 'program').length).toBeGreaterThanOrEqual(3);
    const launcher = living(dir).find(({ role }) => role === 'program')?.pid;
    const [reader] = living(dir).filter(({ role }) => role === 'trainer');
    process.kill(reader.pid, 'SIGKILL');
    await until('a second reader', () => eventsOf(dir, 'hello').some(({ attempt }) => attempt === 2));
    const before = eventsOf(dir, 'step').length;
    await until('steps of the second reader', () => eventsOf(dir, 'step').length > before + 5);
    const steps = eventsOf(dir, 'step').map(({ step }) => step);
    expect(steps).toEqual(Array.from(steps, (_, i) => i));
    expect(living(dir).map(({ pid }) => pid)).toContain(launcher);
    const stopped = await runCliProcess(['stop', 'long'], workshop.dir);
    expect(stopped).toMatchObject({ code: 0, err: '' });
    expect(living(dir)).toEqual([]);
    expect(readEvents(dir).at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
    const shown = JSON.parse(linesOf((await runCliProcess(['show', 'long', '--json'], workshop.dir)).out)[0]);
    expect(shown.state).toBe('stopped');
  });
});

/** A port that nothing listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const stateOf = (dir: string): string =>
  JSON.parse(readFileSync(path.join(dir, 'status.json'), 'utf8')).state;

const LOOPBACK = { GLOO_SOCKET_IFNAME: 'lo', OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };

/** The example of docs/other-trainers.md on two nodes that are both this machine; `far` begins the one that Pitwall is not on. */
async function writeNodes(name: string, epochs: number) {
  for (const [from, to] of [
    [helper, 'pitwall_log.py'],
    [path.join(repositoryRoot, 'docs/examples/train_nodes.py'), 'train_nodes.py'],
  ])
    copyFileSync(from, path.join(workshop.dir, to));
  const port = await freePort();
  const torchrun = (rank: number, ...more: string[]): string[] => [
    ...['-m', 'torch.distributed.run', '--nnodes=2', `--node-rank=${rank}`, '--nproc-per-node=1'],
    ...['--master-addr=127.0.0.1', `--master-port=${port}`, 'train_nodes.py', `--epochs=${epochs}`, ...more],
  ];
  const run = [python, ...torchrun(0, '--out', '{run_dir}/trainer')];
  const command = { run, env: LOOPBACK, reads: 'jsonl' };
  const config = `trainer: command\nepochs: ${epochs}\nvalidation: false\ncommand: ${JSON.stringify(command)}\n`;
  writeFileSync(path.join(workshop.dir, `${name}.train.yaml`), config);
  const far = () => {
    const options = { cwd: workshop.dir, env: { ...process.env, ...LOOPBACK } };
    const child = spawn(python, torchrun(1), { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    return once(child, 'close').then(([code]) => ({ code, printed }));
  };
  return { far };
}

/** Processes of both nodes. */
const torchLives = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      const isHere = readlinkSync(`/proc/${pid}/cwd`) === workshop.dir;
      return isHere && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('train_nodes.py');
    } catch {
      return false;
    }
  });

describe.skipIf(process.platform !== 'linux')('the example on two nodes', () => {
  it('is one run, whose steps are those of rank 0 alone', async () => {
    const { far } = await writeNodes('both', 2);
    const ended = far();
    const trained = await runCliProcess(['train', 'both.train.yaml', '--name', 'both'], workshop.dir);
    expect([trained.code, trained.err]).toEqual([0, '']);
    // Once its torchrun ended with 1 after five idle minutes: its store goes with the other node.
    expect((await ended).printed).toBe('');
    const dir = workshop.runDir('both');
    expect(eventsOf(dir, 'step').map(({ step, epoch }) => [step, epoch])).toEqual(
      Array.from({ length: 20 }, (_, step) => [step, 1 + Math.floor(step / 10)]),
    );
    expect(eventsOf(dir, 'epoch').map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect([living(dir), torchLives()]).toEqual([[], []]);
  });

  it('stops on both after the same step, leaves no process, and goes on from there', async () => {
    const { far } = await writeNodes('halted', 100_000);
    const dir = workshop.runDir('halted');
    const trainUntil = async (count: number, ...argv: string[]): Promise<number> => {
      const ended = far();
      const begun = await runCliProcess(['train', ...argv, '--detach'], workshop.dir);
      expect(begun.code).toBe(0);
      await until('steps', () => eventsOf(dir, 'step').length > count);
      expect(await runCliProcess(['stop', 'halted'], workshop.dir)).toMatchObject({ code: 0, err: '' });
      const steps = eventsOf(dir, 'step').length;
      expect(await ended).toEqual({
        code: 0,
        printed: `rank 1: stopped after ${steps} steps
`,
      });
      expect(readFileSync(path.join(dir, 'trainer/output.log'), 'utf8')).toContain(
        `rank 0: stopped after ${steps} steps`,
      );
      // On a busy machine torchrun is killed before it has ended by itself, after its rank has saved all.
      expect(stateOf(dir)).toBe('stopped');
      expect([living(dir), torchLives()]).toEqual([[], []]);
      return steps;
    };
    const first = await trainUntil(20, 'halted.train.yaml', '--name', 'halted');
    const all = await trainUntil(first, '--resume', 'halted');
    expect(eventsOf(dir, 'step').map(({ step }) => step)).toEqual(
      Array.from({ length: all }, (_, step) => step),
    );
  });
});
