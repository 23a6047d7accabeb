import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeExample } from '../../src/dataset/example/write-example';
import { linesOf, runCliProcess } from '../helpers/cli';

// The programs of Slurm are played by scripts that note how they were called; a real Slurm is in test/scale.
let dir = '';
const at = (...parts: string[]): string => path.join(dir, ...parts);
const calls = (): string[] => (existsSync(at('calls')) ? linesOf(readFileSync(at('calls'), 'utf8')) : []);
const called = (program: string): string[] => calls().filter((line) => line.startsWith(`${program} `));
const pitwall = (...argv: string[]) => runCliProcess(argv, dir);
const answers = (queue: string): void => writeFileSync(at('queue'), queue);
/** As twenty seconds later. */
function forgetAnswers(): void {
  const folder = at('state/pitwall');
  for (const name of readdirSync(folder).filter((one) => one.startsWith('slurm-')))
    rmSync(path.join(folder, name));
}
const idOf = (name: string): string => JSON.parse(readFileSync(at('runs', name, 'run.json'), 'utf8')).id;

const PLAYED: Readonly<Record<string, string>> = {
  sbatch: [
    'if [ -e "$D/refuses" ]; then echo "sbatch: error: invalid partition specified: gpu" >&2; exit 1; fi',
    'while case "$1" in -*) true;; *) false;; esac; do shift; done',
    '[ -e "$D/executes" ] && bash "$@" >&2',
    'echo 41',
  ].join('\n'),
  squeue: 'cat "$D/queue"',
  sacct: 'echo "sacct: error: disabled" >&2; exit 1',
  scancel: ':',
  sinfo: 'if [ "$1" = --version ]; then echo slurm 22.05; else echo "gpu|up|(null)|1"; fi',
};

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-targets-'));
  await writeExample(dir, { train: 8, val: 4 });
  mkdirSync(at('bin'));
  for (const [name, does] of Object.entries(PLAYED)) {
    writeFileSync(at('bin', name), `#!/bin/sh\nD='${dir}'\necho "${name} $*" >> "$D/calls"\n${does}\n`);
    chmodSync(at('bin', name), 0o755);
  }
  answers('');
  mkdirSync(at('.pitwall'));
  writeFileSync(
    at('.pitwall/targets.yaml'),
    'gpu: { kind: slurm, partition: gpu, setup: module load cuda }\n',
  );
  vi.stubEnv('PATH', `${at('bin')}${path.delimiter}${process.env.PATH}`);
  vi.stubEnv('XDG_STATE_HOME', at('state'));
  vi.stubEnv('SLURM_JOB_ID', undefined);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('a run on a target', () => {
  it('executes nothing of a project before the user says so, and says what', async () => {
    const { code, err } = await pitwall('train', 'pcb.train.yaml', '--target', 'gpu', '--detach');
    expect([code, err]).toEqual([
      2,
      `${at('.pitwall/targets.yaml')}: target gpu is the project's: its jobs execute module load cuda; --trust allows it\n`,
    ]);
    expect(calls()).toEqual([]);
    const near = await pitwall('train', 'pcb.train.yaml', '--target', 'gqu');
    expect(near.err).toBe('--target gqu: no such target, did you mean gpu?\n');
  });

  it('is seen with its reason while it waits, and Slurm is asked once for all who look', async () => {
    const { code, err } = await pitwall(
      ...['train', 'pcb.train.yaml', '--target', 'gpu', '--trust', '--name', 'one', '--detach'],
    );
    expect([code, err]).toEqual([0, expect.stringContaining('trusted: ')]);
    expect(called('sbatch')[0]).toContain(`--partition=gpu --job-name=one --comment=${idOf('one')} `);
    answers(`41|PENDING|Resources|gpu|9|N/A||${idOf('one')}\n`);
    forgetAnswers();
    for (let i = 0; i < 3; i++)
      expect((await pitwall('list')).out).toContain('queued in Slurm: next in its partition, Resources');
    // For all jobs of the user, and for what waits before them.
    expect(called('squeue').slice(-2)).toEqual([
      expect.stringContaining('squeue --me -h -t all'),
      expect.stringContaining('squeue -h -t PENDING'),
    ]);
    expect(called('squeue').length).toBeLessThanOrEqual(4);
    expect(JSON.parse((await pitwall('show', 'one', '--json')).out).state).toBe('starting');
  });

  it('is not kept beside its job', async () => {
    const { code, err } = await pitwall('train', '--resume', 'one');
    expect([code, err]).toEqual([75, expect.stringContaining('a job of gpu keeps run one: stop it first')]);
  });

  it("that waits is taken out of the queue by stop; another run's job never", async () => {
    answers('41|PENDING|Resources|gpu|9|N/A||another-run\n');
    expect((await pitwall('stop', 'one')).err).toContain('job 41 is not the one of this run');
    expect(called('scancel')).toEqual([]);
    answers(`41|PENDING|Resources|gpu|9|N/A||${idOf('one')}\n`);
    expect((await pitwall('stop', 'one')).out).toContain('its job was taken out of the queue');
    expect(called('scancel')).toEqual(['scancel 41']);
    expect((await pitwall('list')).out).toMatch(/one +stopped .*its job was cancelled in Slurm/);
  });

  it('is not called cancelled by stop if Slurm does not list it, or has ended it otherwise', async () => {
    await pitwall('train', 'pcb.train.yaml', '--target', 'gpu', '--name', 'late', '--detach');
    // However slow this machine is, too early for a job to be missed.
    const job = JSON.parse(readFileSync(at('runs/late/job.json'), 'utf8'));
    writeFileSync(at('runs/late/job.json'), JSON.stringify({ ...job, submitted: Date.now() + 600_000 }));
    answers('garbage\n');
    forgetAnswers();
    const cancelled = called('scancel').length;
    const stopped = await pitwall('stop', 'late');
    expect([stopped.code, stopped.err]).toEqual([
      1,
      'pitwall: Slurm does not list the job of this run yet: nothing was cancelled, try again in a minute\n',
    ]);
    answers(`41|TIMEOUT|TimeLimit|gpu|9|N/A|n1|${idOf('late')}\n`);
    forgetAnswers();
    await pitwall('stop', 'late');
    expect(called('scancel')).toHaveLength(cancelled);
    expect((await pitwall('list')).out).toMatch(/late +stopped .*Slurm ended its job at the time limit/);
  });

  it('ends as Slurm says if it left no word of its own', async () => {
    await pitwall('train', 'pcb.train.yaml', '--target', 'gpu', '--name', 'two', '--detach');
    answers(`41|OUT_OF_MEMORY|OutOfMemory|gpu|9|N/A|n1|${idOf('two')}\n`);
    forgetAnswers();
    expect((await pitwall('list')).out).toMatch(/two +failed .*Slurm ended its job: out of memory/);
  });

  it('that Slurm refuses leaves one line and no folder', async () => {
    writeFileSync(at('refuses'), '');
    const { code, err } = await pitwall('train', 'pcb.train.yaml', '--target', 'gpu', '--name', 'no');
    expect([code, err]).toEqual([2, 'sbatch: invalid partition specified: gpu\n']);
    expect(existsSync(at('runs/no'))).toBe(false);
  });

  it('asks again after a project has changed its targets', async () => {
    writeFileSync(at('.pitwall/targets.yaml'), 'gpu: { kind: slurm, setup: curl evil }\n');
    const { code, err } = await pitwall('train', 'pcb.train.yaml', '--target', 'gpu');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('its jobs execute curl evil; --trust allows it'),
    ]);
  });

  it('is examined by doctor: what is there, and the fix of what is not', async () => {
    rmSync(at('refuses'), { force: true });
    const examine = async (settings: string): Promise<readonly [number | null, readonly string[]]> => {
      writeFileSync(at('.pitwall/targets.yaml'), `gpu: { kind: slurm, ${settings} }\n`);
      const { code, out } = await pitwall('doctor', '--target', 'gpu', '--trust');
      return [code, linesOf(out)];
    };
    const [wrong, near] = await examine('partition: gqu');
    expect([wrong, near[1]]).toEqual([2, 'FAILED  there is no partition gqu; partition: gpu']);
    const [without, none] = await examine('partition: gpu, gpus: 1');
    expect([without, none[1]]).toEqual([
      2,
      'FAILED  partition gpu has no GPUs; take gpus out, or name a partition with GPUs',
    ]);
    writeFileSync(at('executes'), '');
    const [whole, found] = await examine('partition: gpu');
    expect(found.filter((line) => !line.startsWith('ok    '))).toEqual([]);
    expect(found.at(-2)).toMatch(/^ok {6}node .* sees .*runs, and runs Node \d+/);
    expect(found.at(-1)).toMatch(/^ok {6}the clocks are -?0\.\d s apart$/);
    expect(whole).toBe(0);
    expect(readdirSync(at('runs')).filter((name) => name.startsWith('.pitwall-probe'))).toEqual([]);
  });
});
