import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { linesOf, runCliProcess } from '../helpers/cli';
import { copyTinyData } from '../helpers/old-runs';
import { type PlayedSlurm, playSlurm } from '../helpers/played-slurm';

// What else trains, as jobs: a played Slurm begins each at once.
let dir = '';
let slurm: PlayedSlurm;
const pitwall = (...argv: string[]) => runCliProcess([...argv, '--target', 'gpu', '--trust'], dir);
const runFile = (run: string) => JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8'));
const jobOf = (run: string) => JSON.parse(readFileSync(path.join(run, 'job.json'), 'utf8'));

beforeAll(() => {
  dir = copyTinyData();
  slurm = playSlurm(path.join(dir, 'slurm'));
  mkdirSync(path.join(dir, '.pitwall'));
  writeFileSync(path.join(dir, '.pitwall/targets.yaml'), 'gpu: { kind: slurm, setup: echo made ready }\n');
  vi.stubEnv('PATH', `${slurm.bin}${path.delimiter}${process.env.PATH}`);
  vi.stubEnv('XDG_STATE_HOME', path.join(dir, 'slurm/state'));
  vi.stubEnv('SLURM_JOB_ID', undefined);
  slurm.set('begins');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const SETTINGS = ['epochs=2', 'warmup_epochs=0', 'lr0=0.01'].flatMap((key) => ['--set', key]);

describe.skipIf(process.platform === 'win32')('on a target', () => {
  it('repeat submits all seeds at once, and reports their spread', async () => {
    const { code, out, err } = await pitwall(
      'repeat',
      'tiny.train.yaml',
      '--seeds',
      '3,5',
      ...SETTINGS,
      '--json',
    );
    expect([code, err]).toEqual([0, expect.stringContaining('trusted: ')]);
    const { runs, spread } = linesOf(out)
      .map((line) => JSON.parse(line))
      .at(-1);
    expect(spread).toMatchObject({ runs: 2 });
    expect(slurm.called('sbatch')).toHaveLength(2);
    for (const { run } of runs) {
      expect(runFile(run)).toMatchObject({ target: 'gpu' });
      expect(runFile(run)).not.toHaveProperty('after');
      expect(jobOf(run).state).toEqual({ kind: 'ended', how: 'completed', code: 0 });
    }
  });

  it('lr-find is a job, and gives its answer here', async () => {
    const { code, out, err } = await pitwall(
      ...['lr-find', 'tiny.train.yaml', '--tests', '1', '--steps', '90', '--json'],
    );
    expect([code, err.split('\n').filter((line) => !line.startsWith('trusted'))]).toEqual([0, ['']]);
    const last = linesOf(out)
      .map((line) => JSON.parse(line))
      .at(-1);
    expect(last).toMatchObject({ type: 'lr-find' });
    expect(last.points.length).toBeGreaterThan(20);
    expect(jobOf(last.run).target).toBe('gpu');
  });

  it('warmup submits its probes', async () => {
    slurm.set('begins', false);
    slurm.set('refuses');
    const before = slurm.called('sbatch').length;
    const { code, err } = await pitwall('warmup', 'tiny.train.yaml', ...SETTINGS);
    expect([code, err]).toEqual([2, expect.stringContaining('invalid partition specified: gpu')]);
    expect(slurm.called('sbatch').length).toBeGreaterThan(before);
  });
});
