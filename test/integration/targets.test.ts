import {
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
import { type PlayedSlurm, playSlurm } from '../helpers/played-slurm';

let dir = '';
let slurm: PlayedSlurm;
const at = (...parts: string[]): string => path.join(dir, ...parts);
const pitwall = (...argv: string[]) => runCliProcess(argv, dir);
const idOf = (name: string): string => JSON.parse(readFileSync(at('runs', name, 'run.json'), 'utf8')).id;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-targets-'));
  await writeExample(dir, { train: 8, val: 4 });
  slurm = playSlurm(dir);
  mkdirSync(at('.pitwall'));
  writeFileSync(
    at('.pitwall/targets.yaml'),
    'gpu: { kind: slurm, partition: gpu, setup: module load cuda }\n',
  );
  vi.stubEnv('PATH', `${slurm.bin}${path.delimiter}${process.env.PATH}`);
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
    expect(slurm.called('sbatch')).toEqual([]);
    const near = await pitwall('train', 'pcb.train.yaml', '--target', 'gqu');
    expect(near.err).toBe('--target gqu: no such target, did you mean gpu?\n');
  });

  it('is seen with its reason while it waits, and Slurm is asked once for all who look', async () => {
    const { code, err } = await pitwall(
      ...['train', 'pcb.train.yaml', '--target', 'gpu', '--trust', '--name', 'one', '--detach'],
    );
    expect([code, err]).toEqual([0, expect.stringContaining('trusted: ')]);
    expect(slurm.called('sbatch')[0]).toContain(`--partition=gpu --job-name=one --comment=${idOf('one')} `);
    slurm.answers(`41|PENDING|Resources|gpu|9|N/A||${idOf('one')}\n`);
    slurm.forgetAnswers();
    for (let i = 0; i < 3; i++)
      expect((await pitwall('list')).out).toContain('queued in Slurm: next in its partition, Resources');
    // For all jobs of the user, and for what waits before them.
    expect(slurm.called('squeue').slice(-2)).toEqual([
      expect.stringContaining('squeue --me -h -t all'),
      expect.stringContaining('squeue -h -t PENDING'),
    ]);
    expect(slurm.called('squeue').length).toBeLessThanOrEqual(4);
    expect(JSON.parse((await pitwall('show', 'one', '--json')).out).state).toBe('starting');
  });

  it('is not kept beside its job', async () => {
    const { code, err } = await pitwall('train', '--resume', 'one');
    expect([code, err]).toEqual([75, expect.stringContaining('a job of gpu keeps run one: stop it first')]);
  });

  it("that waits is taken out of the queue by stop; another run's job never", async () => {
    slurm.answers('41|PENDING|Resources|gpu|9|N/A||another-run\n');
    expect((await pitwall('stop', 'one')).err).toContain('job 41 is not the one of this run');
    expect(slurm.called('scancel')).toEqual([]);
    slurm.answers(`41|PENDING|Resources|gpu|9|N/A||${idOf('one')}\n`);
    expect((await pitwall('stop', 'one')).out).toContain('its job was taken out of the queue');
    expect(slurm.called('scancel')).toEqual(['scancel 41']);
    expect((await pitwall('list')).out).toMatch(/one +stopped .*its job was cancelled in Slurm/);
  });

  it('is not called cancelled by stop if Slurm does not list it, or has ended it otherwise', async () => {
    await pitwall('train', 'pcb.train.yaml', '--target', 'gpu', '--name', 'late', '--detach');
    // However slow this machine is, too early for a job to be missed.
    const job = JSON.parse(readFileSync(at('runs/late/job.json'), 'utf8'));
    writeFileSync(at('runs/late/job.json'), JSON.stringify({ ...job, submitted: Date.now() + 600_000 }));
    slurm.answers('garbage\n');
    slurm.forgetAnswers();
    const cancelled = slurm.called('scancel').length;
    const stopped = await pitwall('stop', 'late');
    expect([stopped.code, stopped.err]).toEqual([
      1,
      'pitwall: Slurm does not list the job of this run yet: nothing was cancelled, try again in a minute\n',
    ]);
    slurm.answers(`41|TIMEOUT|TimeLimit|gpu|9|N/A|n1|${idOf('late')}\n`);
    slurm.forgetAnswers();
    await pitwall('stop', 'late');
    expect(slurm.called('scancel')).toHaveLength(cancelled);
    expect((await pitwall('list')).out).toMatch(/late +stopped .*Slurm ended its job at the time limit/);
  });

  it('asks a controller that hangs once for a stop, and then not for a while', async () => {
    await pitwall('train', 'pcb.train.yaml', '--target', 'gpu', '--name', 'hung', '--detach');
    slurm.forgetAnswers();
    slurm.set('hangs');
    const before = slurm.called('squeue').length;
    const stopped = await pitwall('stop', 'hung');
    expect([stopped.code, stopped.err]).toEqual([
      1,
      expect.stringMatching(/^pitwall: squeue did not answer \d+ s ago, and is not asked again before 60 s/),
    ]);
    expect((await pitwall('list')).out).toContain('hung');
    expect(slurm.called('squeue')).toHaveLength(before + 1);
    slurm.set('hangs', false);
    slurm.forgetAnswers();
    slurm.answers(`41|PENDING|Resources|gpu|9|N/A||${idOf('hung')}\n`);
    const asked = slurm.called('squeue').filter((line) => line.includes('--me')).length;
    expect((await pitwall('stop', 'hung')).out).toContain('its job was taken out of the queue');
    expect(slurm.called('squeue').filter((line) => line.includes('--me'))).toHaveLength(asked + 1);
  });

  it('ends as Slurm says if it left no word of its own', async () => {
    await pitwall('train', 'pcb.train.yaml', '--target', 'gpu', '--name', 'two', '--detach');
    slurm.answers(`41|OUT_OF_MEMORY|OutOfMemory|gpu|9|N/A|n1|${idOf('two')}\n`);
    slurm.forgetAnswers();
    expect((await pitwall('list')).out).toMatch(/two +failed .*Slurm ended its job: out of memory/);
  });

  it('is known by its number, whatever else a sbatch of the site prints', async () => {
    slurm.set('talks');
    const { code } = await pitwall(
      ...['train', 'pcb.train.yaml', '--target', 'gpu', '--name', 'talked', '--detach'],
    );
    slurm.set('talks', false);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(at('runs/talked/job.json'), 'utf8')).id).toBe('41');
  });

  it('that Slurm refuses leaves one line and no folder', async () => {
    slurm.set('refuses');
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

  it('asks for each target of a file: what another one executes was not shown', async () => {
    slurm.set('refuses', false);
    writeFileSync(
      at('.pitwall/targets.yaml'),
      'gpu: { kind: slurm, setup: module load cuda }\nbig: { kind: slurm, setup: curl evil }\n',
    );
    const trusted = await pitwall(
      ...['train', 'pcb.train.yaml', '--target', 'gpu', '--trust', '--name', 'both', '--detach'],
    );
    expect(trusted.code).toBe(0);
    const { code, err } = await pitwall('train', 'pcb.train.yaml', '--target', 'big', '--detach');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('its jobs execute curl evil; --trust allows it'),
    ]);
  });

  it('is examined by doctor: what is there, and the fix of what is not', async () => {
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
    slurm.set('executes');
    const [whole, found] = await examine('partition: gpu');
    expect(found.filter((line) => !line.startsWith('ok    '))).toEqual([]);
    expect(found.at(-2)).toMatch(/^ok {6}node .* sees .*runs, and runs Node \d+/);
    expect(found.at(-1)).toMatch(/^ok {6}the clocks are -?0\.\d s apart$/);
    expect(whole).toBe(0);
    expect(readdirSync(at('runs')).filter((name) => name.startsWith('.pitwall-probe'))).toEqual([]);
  });
});
