// cspell:ignore epohcs builtni nanoo
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../../src/base/problem';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { OWN_STRIDE } from '../../../../src/domain/experiment/trainer-checks';
import { TRAINER_KINDS } from '../../../../src/domain/experiment/trainers';
import type { Experiment } from '../../../../src/domain/experiment/types';
import { MAX_STRIDE } from '../../../../src/trainers/builtin/model/detector';

const parse = (text: string, set: string[] = [], file = 'pcb.train.yaml') =>
  parseExperiment(text, { file, set });
const lines = (text: string, set: string[] = [], file?: string) =>
  parse(text, set, file).problems.map((p) => `${p.severity} ${formatProblem(p)}`);

function check(text: string, expected: (experiment: Experiment) => unknown, value: unknown): void {
  const { experiment, problems } = parse(text);
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
  expect(expected(experiment!)).toEqual(value);
}

const EXAMPLE = `trainer: builtin            # builtin | ultralytics | command
model: nano
data: data.yaml
epochs: 30
batch: 16
imgsz: 128
seed: 0
optimizer: SGD
lr0: 0.02
lrf: 0.01                   # final LR = lr0 * lrf
cos_lr: true
momentum: 0.937
weight_decay: 0.0005
warmup_epochs: 5
warmup_momentum: 0.8
warmup_bias_lr: 0.1
warmup_shape: linear        # linear | exponential | constant
validation: { device: auto, batch: 64, half: auto, every: 1, backlog: latest }
early_stop: { metric: map, ema: 5, patience: 10 }
checkpoints: { keep_last: 3, keep_best: 1 }
`;

describe('an experiment file', () => {
  it('is read with every value at its place', () => {
    const { experiment, problems } = parse(EXAMPLE);
    expect(problems).toEqual([]);
    expect(experiment).toMatchObject({
      trainer: 'builtin',
      model: 'nano',
      data: 'data.yaml',
      epochs: 30,
      batch: 16,
      imgsz: 128,
      schedule: {
        optimizer: 'SGD',
        lr0: 0.02,
        cos_lr: true,
        warmup_epochs: 5,
        warmup_shape: 'linear',
        nbs: 64,
      },
      validation: { enabled: true, device: 'auto', batch: 64, half: 'auto', every: 1, backlog: 'latest' },
      early_stop: { enabled: true, metric: 'map', ema: 5, patience: 10 },
      checkpoints: { every: 1, keep_last: 3, keep_best: 1 },
      on_divergence: 'stop',
    });
    expect(experiment?.explicit).toContain('validation.batch');
    expect(experiment?.explicit).not.toContain('nbs');
  });

  it('fills every key that it leaves out', () => {
    check('data: d.yaml', (e) => [e.trainer, e.model, e.epochs, e.batch, e.imgsz], [
      'builtin',
      'nano',
      100,
      16,
      640,
    ]);
    check('data: d.yaml', (e) => e.schedule.lr0, 0.01);
    check('data: d.yaml', (e) => e.early_stop, {
      enabled: true,
      metric: 'map',
      ema: 5,
      patience: 100,
      min_delta: 0,
      min_epochs: 0,
      wait_for_decay: true,
    });
    check('data: d.yaml\nvalidation:', (e) => e.validation.enabled, true);
  });

  it("gives AdamW Adam-sized defaults, and leaves the person's own numbers alone", () => {
    check('data: d.yaml\noptimizer: AdamW', (e) => [e.schedule.lr0, e.schedule.warmup_bias_lr], [0.001, 0]);
    const own = 'data: d.yaml\noptimizer: AdamW\nlr0: 0.004\nwarmup_bias_lr: 0.1';
    check(own, (e) => [e.schedule.lr0, e.schedule.warmup_bias_lr], [0.004, 0.1]);
  });

  it('takes whole blocks as switched off', () => {
    check('data: d.yaml\nearly_stop: false', (e) => e.early_stop.enabled, false);
    check('data: d.yaml\nvalidation: off', (e) => e.validation.enabled, false);
    check('data: d.yaml\nearly_stop: { patience: 0 }', (e) => e.early_stop.enabled, false);
  });

  it('reads on and off as the choice they spell', () => {
    for (const word of ['on', 'true', '"on"']) {
      check(`data: d.yaml\nvalidation: { half: ${word} }`, (e) => e.validation.half, 'on');
    }
    check('data: d.yaml\nvalidation: { half: off }', (e) => e.validation.half, 'off');
    check('data: d.yaml\ncos_lr: yes', (e) => e.schedule.cos_lr, true);
  });

  it('takes values through YAML merge keys, and written ones count over them', () => {
    check('<<: { lr0: 0.5 }\ndata: d.yaml', (e) => e.schedule.lr0, 0.5);
    check('data: d.yaml\nlr0: 0.3\n<<: { lr0: 0.5 }', (e) => e.schedule.lr0, 0.3);
  });
});

describe('problems of an experiment file', () => {
  it('name file, line, column and key, and what was meant', () => {
    expect(lines('data: d.yaml\nepohcs: 3\n')).toEqual([
      'error pcb.train.yaml:2:1: epohcs: unknown key; did you mean epochs?',
    ]);
    expect(lines('data: d.yaml\nvalidation: { devise: cpu }')).toEqual([
      'error pcb.train.yaml:2:15: validation.devise: unknown key; did you mean validation.device?',
    ]);
    expect(lines('data: d.yaml\ntrainer: builtni')).toEqual([
      `error pcb.train.yaml:2:10: trainer: expected one of ${TRAINER_KINDS.join(', ')}, but got "builtni"; did you mean builtin?`,
    ]);
  });

  it('carry the text that mends them', () => {
    const [problem] = parse('data: d.yaml\nvalidation: { devise: cpu }').problems;
    expect(problem.fix).toMatchObject({ title: 'Change to device', text: 'device' });
    const text = 'data: d.yaml\nvalidation: { devise: cpu }';
    const { start, end } = problem.range!;
    expect(text.slice(start, end)).toBe('devise');
  });

  const expected: [string, string][] = [
    ['lr0: -0.01', 'error pcb.train.yaml:2:6: lr0: expected a number above 0 and at most 1, but got -0.01'],
    ['lr0: abc', 'error pcb.train.yaml:2:6: lr0: expected a number above 0 and at most 1, but got "abc"'],
    ['lr0:', 'error pcb.train.yaml:2:5: lr0: expected a number above 0 and at most 1, but got empty'],
    ['lr0: .nan', 'error pcb.train.yaml:2:6: lr0: expected a number above 0 and at most 1, but got NaN'],
    ['epochs: 2.5', 'error pcb.train.yaml:2:9: epochs: expected a whole number of at least 1, but got 2.5'],
    ['epochs: 0', 'error pcb.train.yaml:2:9: epochs: expected a whole number of at least 1, but got 0'],
    ['cos_lr: maybe', 'error pcb.train.yaml:2:9: cos_lr: expected true or false, but got "maybe"'],
    [
      'batch: 2.5',
      'error pcb.train.yaml:2:8: batch: expected a whole number of at least 1, -1, or a share of the memory between 0 and 1, but got 2.5',
    ],
    [
      'batch: 0',
      'error pcb.train.yaml:2:8: batch: expected a whole number of at least 1, -1, or a share of the memory between 0 and 1, but got 0',
    ],
    [
      'optimizer: Adam',
      'error pcb.train.yaml:2:12: optimizer: the builtin trainer has SGD and AdamW, but got "Adam"',
    ],
    [
      'model: nanoo',
      'error pcb.train.yaml:2:8: model: expected nano, micro or a checkpoint of an earlier run, but got "nanoo"; did you mean nano?',
    ],
    [
      'validation: 3',
      'error pcb.train.yaml:2:13: validation: expected a block such as { enabled: ... }, but got 3',
    ],
    [
      'validation: { batch: many }',
      'error pcb.train.yaml:2:22: validation.batch: expected a whole number of at least 1 or auto, but got "many"',
    ],
    [
      'device: mps',
      'error pcb.train.yaml:2:9: device: expected auto, cpu, webgpu, cuda, cuda:N, dml, dml:N or coreml, but got "mps"',
    ],
  ];
  it.each(expected)('%s', (line, problem) => {
    const [first] = lines(`data: d.yaml\n${line}`);
    expect(first).toBe(problem);
    expect(parse(`data: d.yaml\n${line}`).experiment).toBeUndefined();
  });

  it('tell a missing dataset', () => {
    expect(lines('epochs: 3')).toEqual([
      'error pcb.train.yaml: data: missing; expected a dataset YAML, such as data.yaml',
    ]);
  });

  it('tell a doubled key', () => {
    expect(lines('data: d.yaml\nepochs: 3\nepochs: 4')[0]).toMatch(/^error pcb.train.yaml:3:1: /);
  });

  it.each([
    '',
    '# nothing',
    '- 1\n- 2',
    'a: [',
    'just text',
    '{',
    ': :',
    '*x',
    'a: *x',
    '\t',
    '%YAML 9\n---\n',
    'lr0: !!binary x',
  ])('never throws: %j', (text) => {
    const { problems, draft } = parse(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(draft.epochs).toBe(100);
  });

  it('keep the readable rest as a draft', () => {
    const { experiment, draft } = parse('data: d.yaml\nlr0: 0.5\nbogus: 1');
    expect(experiment).toBeUndefined();
    expect(draft.schedule.lr0).toBe(0.5);
  });
});

describe("Ultralytics' keys as defaults of ours", () => {
  it('count if ours are absent', () => {
    check('data: d.yaml\npatience: 7', (e) => e.early_stop.patience, 7);
    check('data: d.yaml\nval: false', (e) => e.validation.enabled, false);
    check('data: d.yaml\nhalf: true', (e) => e.validation.half, 'on');
    check('data: d.yaml\nsave_period: 5', (e) => e.checkpoints.every, 5);
    check('data: d.yaml\nsave_period: -1', (e) => e.checkpoints.every, 1);
    check('data: d.yaml\npatience: 0', (e) => e.early_stop.enabled, false);
  });

  it('are warned of at both places if they differ, and ours win', () => {
    const text = 'data: d.yaml\npatience: 7\nearly_stop: { patience: 9 }';
    const said = 'patience (7) and early_stop.patience (9) differ; early_stop.patience counts';
    expect(lines(text)).toEqual([
      `warning pcb.train.yaml:2:11: patience: ${said}`,
      `warning pcb.train.yaml:3:25: early_stop.patience: ${said}`,
    ]);
    check(text, (e) => e.early_stop.patience, 9);
    expect(lines('data: d.yaml\npatience: 9\nearly_stop: { patience: 9 }')).toEqual([]);
  });

  it('win when typed on the command line', () => {
    const { experiment } = parse('data: d.yaml\nearly_stop: { patience: 9 }', ['patience=2']);
    expect(experiment?.early_stop.patience).toBe(2);
  });

  it('say what Pitwall decides', () => {
    expect(lines('data: d.yaml\nproject: a\nname: b')).toEqual([
      'info pcb.train.yaml:2:10: project: Pitwall decides this: runs go to runs/ beside the config, or to --runs',
      'info pcb.train.yaml:3:7: name: Pitwall decides this: a run is named by --name, or after its config and model',
    ]);
  });
});

describe('--set', () => {
  it('replaces values, nested ones by dotted names', () => {
    const { experiment, problems } = parse(EXAMPLE, [
      'lr0=0.1',
      'validation.device=cpu',
      'early_stop=false',
      'epochs=3',
    ]);
    expect(problems).toEqual([]);
    expect(experiment?.schedule.lr0).toBe(0.1);
    expect(experiment?.validation).toMatchObject({ device: 'cpu', batch: 64 });
    expect(experiment?.early_stop.enabled).toBe(false);
    expect(experiment?.epochs).toBe(3);
  });

  it.each([
    [['lr0=-1'], 'error --set: lr0: expected a number above 0 and at most 1, but got -1'],
    [['lro=1'], 'error --set: lro: unknown key; did you mean lr0?'],
    [['lr0'], 'error --set: expected key=value, but got "lr0"'],
    [['=3'], 'error --set: expected key=value, but got "=3"'],
    [['lr0=*x'], 'error --set: the value of lr0 cannot be read: "*x"'],
    [['lr0=[1'], 'error --set: the value of lr0 cannot be read: "[1"'],
  ])('%j is one clear line', (set, problem) => {
    expect(lines('data: d.yaml', set)).toEqual([problem]);
  });

  it('can mend a file', () => {
    expect(lines('data: d.yaml\nlr0: -1', ['lr0=0.1'])).toEqual([]);
  });
});

describe('the image size of the builtin trainer', () => {
  it('is a multiple of its largest stride', () => {
    expect(OWN_STRIDE).toBe(MAX_STRIDE);
    const [problem] = parse('data: d.yaml\nimgsz: 100').problems;
    expect(formatProblem(problem)).toBe('pcb.train.yaml:2:8: imgsz: expected a multiple of 16, but got 100');
    expect(problem.fix?.text).toBe('112');
    check('data: d.yaml\nimgsz: 112', (e) => e.imgsz, 112);
    check('trainer: ultralytics\nmodel: a.pt\ndata: d.yaml\nimgsz: 100', (e) => e.imgsz, 100);
  });
});

describe('trainers', () => {
  const kind = (text: string, file = 'x.train.yaml') => parse(text, [], file).draft.trainer;
  it('are guessed if none is named', () => {
    expect(kind('data: d.yaml')).toBe('builtin');
    expect(kind('data: d.yaml', 'args.yaml')).toBe('ultralytics');
    expect(kind('model: nano\ndata: d.yaml', 'args.yaml')).toBe('builtin');
    expect(kind('model: yolo11n.pt\ndata: d.yaml')).toBe('ultralytics');
    expect(kind('command: { run: [python, train.py] }')).toBe('command');
  });

  it('that are guessed against the file name are said', () => {
    expect(lines('model: yolo11n.pt\ndata: d.yaml')).toEqual([
      "info pcb.train.yaml:1:1: trainer: no trainer is named, and model yolo11n.pt is Ultralytics': trainer ultralytics is used",
    ]);
  });

  it('pass on what only Ultralytics knows, and note what it does not', () => {
    const text =
      'trainer: ultralytics\nmodel: yolo11n.pt\ndata: d.yaml\ndegrees: 5\ncutout: 0.5\nfreeze: [0, 1]';
    expect(parse(text).experiment?.passthrough).toEqual({ degrees: 5, freeze: [0, 1] });
    expect(lines(text)).toEqual([
      'warning pcb.train.yaml:5:9: cutout: the ultralytics trainer does not use this',
    ]);
  });

  it('builtin notes nbs as unused and Ultralytics-only keys if they say something', () => {
    expect(lines('data: d.yaml\nnbs: 64\ndegrees: 5\nshear: 0.0')).toEqual([
      'info pcb.train.yaml:2:6: nbs: the builtin trainer does not use this',
      'warning pcb.train.yaml:3:10: degrees: the builtin trainer does not use this',
    ]);
  });

  it('ultralytics needs a model and takes AutoBatch', () => {
    expect(lines('trainer: ultralytics\ndata: d.yaml\nbatch: -1')).toEqual([
      'error pcb.train.yaml: model: missing; expected a model such as yolo11n.pt',
    ]);
  });

  it('command on several nodes: which of them gets rank 0 is settled beforehand', () => {
    const warned =
      'warning pcb.train.yaml:1:17: command.run: with c10d any of the nodes may get rank 0, whose metrics alone are read: name the nodes with --node-rank, --master-addr, and start rank 0 here';
    const found = (run: string) => lines(`command: { run: [${run}, t.py] }`);
    expect(found('torchrun, --nnodes=2, --rdzv-backend=c10d')).toEqual([warned]);
    expect(found('python, -m, torch.distributed.run, --nnodes, "1:4", --rdzv_backend, c10d')).toEqual([
      warned,
    ]);
    expect(found('torchrun, --nnodes=2, --node-rank=0, --master-addr=n1')).toEqual([]);
    expect(found('torchrun, --nnodes=1, --rdzv-backend=c10d')).toEqual([]);
    expect(found('torchrun, --nproc-per-node=2, --rdzv-backend=c10d')).toEqual([]);
    expect(found('mine, --nnodes=2, --rdzv-backend=c10d')).toEqual([]);
  });

  it('command is a list, never a shell line', () => {
    const { experiment } = parse(
      'trainer: command\ncommand: { run: [python, t.py], env: { A: 1 }, reads: csv, path: m.csv }',
    );
    expect(experiment?.command).toEqual({
      run: ['python', 't.py'],
      env: { A: '1' },
      reads: 'csv',
      path: 'm.csv',
      metrics: {},
    });
    const [problem] = parse('command: { run: python t.py }').problems;
    expect(problem.fix?.text).toBe('["python", "t.py"]');
    expect(lines('trainer: command')).toEqual([
      'error pcb.train.yaml: command.run: missing; expected the program and its arguments, as a list',
    ]);
    expect(lines('command: { run: [a], reads: csv }')).toEqual([
      'error pcb.train.yaml: command.path: missing; reads: csv needs it',
    ]);
  });
});

describe('notify', () => {
  it('in an experiment is refused with the place where it belongs, without its value', () => {
    for (const text of ['notify: { slack: https://hush }', 'notify: https://hush', 'notify:\n  - hush']) {
      const { problems } = parseExperiment(`data: d.yaml\n${text}\n`, { file: 'a.train.yaml' });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ severity: 'error', key: 'notify', range: { line: 2 } });
      expect(problems[0].message).toMatch(/^notifications are set up for a user and never in an experiment/);
      expect(JSON.stringify(problems)).not.toContain('hush');
    }
  });
});
