import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../src/base/problem';
import { completionsAt } from '../../../../src/domain/experiment/completions';
import { keyAt } from '../../../../src/domain/experiment/describe-value';
import { parseTargets, TARGETS_SHAPE } from '../../../../src/domain/targets/parse-targets';
import { TARGET_KEYS, TARGET_KINDS } from '../../../../src/domain/targets/target-keys';
import { TARGET_TABLE } from '../../../../src/domain/targets/target-table';

function check(text: string, ...lines: string[]): void {
  const { targets, problems } = parseTargets(text, 'targets.yaml', { isOwn: false });
  expect(problems.map(formatProblem)).toEqual(lines);
  if (lines.length > 0) expect(targets).toEqual([]);
}

describe('targets.yaml', () => {
  it('gives each target its settings, with defaults for the rest', () => {
    const text =
      'gpu: { kind: slurm, gpus: 2, cpus: 8, memory: 32G, time: 8:00:00, setup: module load cuda }\n';
    expect(parseTargets(text, 'f', { isOwn: true }).targets).toEqual([
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
      'targets.yaml:2:9: gpu.kind: expected one of local, slurm, ray, but got "slrm"; did you mean slurm?',
    );
    check('gpu:\n  partition: a\n', 'targets.yaml:2:3: gpu.kind: is missing: kind: slurm');
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

  it('knows the keys of each kind of cluster, and where a token is looked for', () => {
    const text = "r: { kind: ray, address: 'http://head:8265/', gpus: 1, token_file: /home/me/token }\n";
    expect(parseTargets(text, 'f', { isOwn: true }).targets).toEqual([
      {
        ...{ kind: 'ray', name: 'r', from: 'f', address: 'http://head:8265', gpus: '1' },
        ...{ token_file: '/home/me/token', grace: 120, setup: [] },
      },
    ]);
    check(
      text,
      'targets.yaml:1:68: r.token_file: belongs into your own targets.yaml and not into that of a project',
    );
    check('r: { kind: ray }\n', 'targets.yaml:1:6: r.address: is missing: address: http://head:8265');
    for (const address of ['head:8265', 'http://me:secret@head:8265', 'http://head:8265/#/jobs', 'file:///x'])
      check(
        `r: { kind: ray, address: '${address}' }\n`,
        'targets.yaml:1:26: r.address: expected an address such as http://head:8265',
      );
    check(
      'r: { kind: ray, address: http://head:8265, partition: gpu, gpus: a100:1 }\n',
      'targets.yaml:1:55: r.partition: is for kind: slurm alone',
      'targets.yaml:1:66: r.gpus: expected a number of GPUs',
    );
    check(
      'g: { kind: slurm, address: http://head:8265 }\n',
      'targets.yaml:1:28: g.address: is for kind: ray alone',
    );
  });
});

describe('an editor of targets.yaml', () => {
  const labels = (text: string) => completionsAt(text, text.length, TARGET_TABLE).map(({ label }) => label);

  it('offers the keys of a target that it does not have, and the kinds, whatever its name', () => {
    expect(labels('gpu-big:\n  kind: slurm\n  ')).toEqual(
      TARGET_KEYS.map(({ key }) => key).filter((key) => key !== 'kind'),
    );
    expect(labels('gpu-big:\n  kind: ')).toEqual([...TARGET_KINDS]);
    expect(labels('gpu-big: { kind: ')).toEqual([...TARGET_KINDS]);
    expect(labels('')).toEqual([]);
  });

  it('explains a key of a target, and nothing that a person named', () => {
    const text = 'memory: { kind: slurm, memory: 32G }\n';
    const known = { specOf: TARGET_TABLE.spec, shape: TARGETS_SHAPE };
    expect(keyAt(text, text.lastIndexOf('memory') + 2, known)?.spec.key).toBe('memory');
    expect(keyAt(text, 2, known)).toBeUndefined();
  });
});
