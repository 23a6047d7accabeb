import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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
