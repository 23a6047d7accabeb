import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { jobScript } from '../../../../src/domain/targets/job-script';
import { sbatchArguments } from '../../../../src/domain/targets/slurm-arguments';

const SETTINGS = {
  kind: 'slurm',
  name: 'gpu',
  from: 'f',
  requeue: true,
  grace: 90,
  setup: [],
  options: [],
} as const;
const JOB = { name: 'run-1', id: 'id', dir: '/r/run-1', script: '/r/run-1/job.sh', argv: ['node', 'cli.js'] };

describe('a job of Slurm', () => {
  it('is asked for by arguments alone, and never by text of a script', () => {
    const asked = sbatchArguments({ ...SETTINGS, partition: 'gpu', gpus: 'a100:2', requeue: false }, JOB);
    expect(asked).toEqual([
      ...['--parsable', '--partition=gpu', '--gres=gpu:a100:2', '--job-name=run-1', '--comment=id'],
      ...[
        '--chdir=/r/run-1',
        '--output=\\job.log',
        '--open-mode=append',
        '--export=ALL',
        '--nodes=1',
        '--ntasks=1',
      ],
      ...['--signal=B:TERM@90', '--no-requeue', '--', '/r/run-1/job.sh', 'node', 'cli.js'],
    ]);
  });

  it.skipIf(process.platform === 'win32')(
    'hands hostile names to its program as they are, past the lines of the target',
    () => {
      const dir = mkdtempSync(path.join(tmpdir(), 'pitwall-job-'));
      const hostile = ['$(touch x)', '`touch x`', 'a"b', "c'd", 'e\nf', 'g;touch x', '* ?', '-n', ''];
      const script = path.join(dir, 'job.sh');
      // A script that is sourced without arguments sees those of its caller.
      writeFileSync(script, jobScript({ kind: 'slurm', setup: ['export SEEN="$#"'] }));
      const print = 'console.log(JSON.stringify([process.env.SEEN, process.argv.slice(1)]))';
      const ran = spawnSync('bash', [script, process.execPath, '-e', print, '--', ...hostile], {
        cwd: dir,
        encoding: 'utf8',
      });
      expect(JSON.parse(ran.stdout)).toEqual(['0', hostile]);
      expect(readdirSync(dir)).toEqual(['job.sh']);
      rmSync(dir, { recursive: true });
    },
  );
});
