import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../src/base/problem';
import { parseTargets } from '../../../../src/domain/targets/parse-targets';

function check(text: string, ...lines: string[]): void {
  const { targets, problems } = parseTargets(text, 'targets.yaml');
  expect(problems.map(formatProblem)).toEqual(lines);
  if (lines.length > 0) expect(targets).toEqual([]);
}

describe('targets.yaml', () => {
  it('gives each target its settings, with defaults for the rest', () => {
    const text =
      'gpu: { kind: slurm, gpus: 2, cpus: 8, memory: 32G, time: 8:00:00, setup: module load cuda }\n';
    expect(parseTargets(text, 'f').targets).toEqual([
      {
        ...{ kind: 'slurm', name: 'gpu', from: 'f', gpus: '2', cpus: 8, memory: '32G', time: '8:00:00' },
        ...{ requeue: true, grace: 120, setup: ['module load cuda'], options: [] },
      },
    ]);
  });

  it('names what is wrong at its place, with the nearest name', () => {
    check(
      'gpu:\n  kind: slurm\n  particion: a\n',
      'targets.yaml:3:14: gpu.particion: unknown key; did you mean partition?',
    );
    check(
      'gpu:\n  kind: slrm\n',
      'targets.yaml:2:9: gpu.kind: expected one of local, slurm, but got "slrm"; did you mean slurm?',
    );
    check('gpu:\n  partition: a\n', 'targets.yaml: gpu.kind: is missing: kind: slurm');
    check('gpu: slurm\n', 'targets.yaml:1:6: gpu: expected a block such as { kind: slurm, partition: gpu }');
    check(
      'gpu: { kind: slurm, memory: lots }\n',
      'targets.yaml:1:29: gpu.memory: expected a size such as 32G',
    );
    check(
      'gpu: { kind: slurm, time: tomorrow }\n',
      'targets.yaml:1:27: gpu.time: expected a time such as 8:00:00 or 2-00:00:00',
    );
    check('gpu: { kind: slurm, runs: here }\n', 'targets.yaml:1:27: gpu.runs: expected an absolute path');
  });

  it('takes no option that is the script of the job, and no second line in a value', () => {
    check(
      'gpu: { kind: slurm, options: [evil.sh] }\n',
      'targets.yaml:1:30: gpu.options: expected options such as --exclude=node7',
    );
    check(
      'gpu: { kind: slurm, partition: "a\\nb" }\n',
      'targets.yaml:1:32: gpu.partition: expected one line',
    );
    check(
      '"a b": { kind: slurm }\n',
      'targets.yaml:1:16: a b.kind: name of a target: use 1 to 40 of A-Z a-z 0-9 _ -',
    );
  });
});
