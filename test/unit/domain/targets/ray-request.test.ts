import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellQuoted } from '../../../../src/base/shell-quoted';
import { jobScript } from '../../../../src/domain/targets/job-script';
import { bytesOf, rayRequest } from '../../../../src/domain/targets/ray-request';

const PLACE = { name: 'r', from: 'f', address: 'http://head:8265' };
const SETTINGS = { kind: 'ray', ...PLACE, grace: 90, setup: [] } as const;
const JOB = { name: 'run-1', id: 'id', dir: '/r/run-1', script: '/r/run-1/job.sh', argv: ['node', 'cli.js'] };
const SENT = { submission: 'pitwall-1', env: { PITWALL_JOB: 'pitwall-1' } };

describe('a job of Ray', () => {
  it('asks for what its run needs, and for time to stop in good order', () => {
    expect(rayRequest({ ...SETTINGS, gpus: '2', cpus: 8, memory: '32G' }, JOB, SENT)).toEqual({
      submission_id: 'pitwall-1',
      entrypoint: "exec '/bin/bash' '/r/run-1/job.sh' 'env' 'PITWALL_JOB=pitwall-1' 'node' 'cli.js'",
      ...{ entrypoint_num_cpus: 8, entrypoint_num_gpus: 2, entrypoint_memory: 32 * 1024 ** 3 },
      runtime_env: { env_vars: { RAY_JOB_STOP_WAIT_TIME_S: '90' } },
      metadata: { pitwall_run: 'id', job_name: 'run-1' },
    });
  });

  it('sees no GPU that it did not ask for', () => {
    const { entrypoint, ...asked } = rayRequest(SETTINGS, JOB, SENT);
    expect(entrypoint).toContain(" 'CUDA_VISIBLE_DEVICES=' 'node'");
    expect(asked).not.toHaveProperty('entrypoint_num_gpus');
    expect(asked.entrypoint_num_cpus).toBe(1);
  });

  it('reads sizes as Slurm does', () => {
    expect(['512', '2K', '1g', '3T'].map(bytesOf)).toEqual([
      ...[512 * 1024 ** 2, 2 * 1024, 1024 ** 3, 3 * 1024 ** 4],
    ]);
  });

  it.skipIf(process.platform === 'win32')('hands every word on as it is: no shell reads it', () => {
    const words = ['$(touch x)', '`touch y`', "it's; touch z #", 'a\nb', '%j $HOME \\', '', '-n', '漢字 é'];
    const line = ['exec', ...['printf', '%s\\0', ...words].map(shellQuoted)].join(' ');
    const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  it.skipIf(process.platform === 'win32')(
    'is executed in its folder, whatever that is called, and writes its log there',
    () => {
      const dir = mkdtempSync(path.join(tmpdir(), 'pitwall-ray-job-'));
      try {
        const folder = path.join(dir, `$(touch x) it's`);
        mkdirSync(folder);
        const script = path.join(folder, 'job.sh');
        writeFileSync(script, jobScript({ kind: 'ray', setup: ['echo made ready: $#'] }));
        const argv = ['sh', '-c', 'echo "$PITWALL_JOB in $(basename "$PWD") $1"', 'sh', '$(touch y)'];
        const { entrypoint } = rayRequest(SETTINGS, { ...JOB, dir: folder, script, argv }, SENT);
        const { stdout } = spawnSync('sh', ['-c', entrypoint], { cwd: dir, encoding: 'utf8' });
        const lines = "made ready: 0\npitwall-1 in $(touch x) it's $(touch y)\n";
        expect(stdout).toBe(lines);
        expect(readFileSync(path.join(folder, 'job.log'), 'utf8')).toBe(lines);
        expect([...readdirSync(dir), ...readdirSync(folder)].filter((name) => /^[xy]$/.test(name))).toEqual(
          [],
        );
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );
});
