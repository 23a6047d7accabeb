import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { summarize } from '../../../../src/domain/schedule/summary';
import { scheduleSvg } from '../../../../src/domain/schedule/svg';
import { LIGHT_COLOURS } from '../../../../src/domain/schedule/svg-frame';
import { simulateTorch } from '../../../../src/domain/schedule/torch/simulate';
import type { TorchSpec } from '../../../../src/domain/schedule/torch/spec';
import { transformersSchedule } from '../../../../src/domain/schedule/zoo/transformers';
import type { PythonParser } from '../../../../src/extension/editor/python-parser';
import { curveOf, hover, realParser } from './parse';

let parser: PythonParser;
beforeAll(async () => {
  parser = await realParser();
});
afterAll(() => parser.dispose());

const find = (text: string, mark: string) => hover(parser, text, mark);

function check(text: string, mark: string, expected: { spec: TorchSpec; lr?: number; steps: number }): void {
  const { lr } = simulateTorch({ spec: expected.spec, lrs: [expected.lr ?? 0.1], steps: expected.steps });
  expect(curveOf(find(text, mark))).toEqual([...lr[0]]);
}

const WARM_THEN_COSINE: TorchSpec = {
  kind: 'SequentialLR',
  milestones: [5],
  schedulers: [
    { kind: 'LambdaLR', lr_lambda: (t) => Math.min(1, (t + 1) / 5) },
    { kind: 'CosineAnnealingLR', T_max: 95 },
  ],
};

const FUNCTION = `
import torch.optim as optim
from torch.optim.lr_scheduler import LambdaLR, CosineAnnealingLR, SequentialLR

def create_warmup_scheduler(optimizer, warmup_epochs, total_epochs):
    """Linear warm-up, then cosine."""
    def warmup_lambda(epoch):
        return min(1.0, (epoch + 1) / warmup_epochs)
    warmup = LambdaLR(optimizer, lr_lambda=warmup_lambda)
    cosine = CosineAnnealingLR(optimizer, T_max=total_epochs - warmup_epochs)
    return SequentialLR(optimizer, schedulers=[warmup, cosine], milestones=[warmup_epochs])

optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = create_warmup_scheduler(optimizer, 5, 100)
`;

describe('a function of the file that builds a scheduler', () => {
  it('is run with the arguments of its call', () => {
    check(FUNCTION, 'create_warmup_scheduler(optimizer, 5', { spec: WARM_THEN_COSINE, steps: 100 });
    const found = find(FUNCTION, 'create_warmup_scheduler(optimizer, 5');
    expect(found).toMatchObject({ notes: [], schedule: { warmupSteps: 4, steps: 100 } });
  });

  it('shows the curve of its call within, too, and says whose arguments those are', () => {
    check(FUNCTION, 'SequentialLR(optimizer, schedulers', { spec: WARM_THEN_COSINE, steps: 100 });
    const found = find(FUNCTION, 'SequentialLR(optimizer, schedulers');
    expect(found?.notes).toEqual(
      expect.arrayContaining([
        'warmup_epochs = 5, as the call in line 14 gives it.',
        'total_epochs = 100, as the call in line 14 gives it.',
      ]),
    );
    const twice = find(
      `${FUNCTION}other = create_warmup_scheduler(optimizer, warmup_epochs=8, total_epochs=100)\n`,
      'SequentialLR(optimizer, sch',
    );
    expect(twice?.notes).toContain('The call in line 15 gives warmup_epochs = 8: another curve.');
  });

  it('without a call in the file has placeholders, and says so', () => {
    const [definition] = FUNCTION.split('optimizer = optim.SGD');
    const found = find(definition, 'SequentialLR(optimizer, schedulers');
    const note =
      'warmup_epochs is a parameter that nothing in this file gives: numbers that need it are placeholders.';
    expect(found?.notes).toContain(note);
    expect(found?.kind === 'curve' && found.schedule.assumed).toHaveLength(1);
  });

  it('is also found by the name that the scheduler gets', () => {
    check(FUNCTION, 'scheduler = create', { spec: WARM_THEN_COSINE, steps: 100 });
  });

  it('takes defaults, keywords, branches and lambdas', () => {
    const text = `
def build(opt, warm=5, total=100, *, kind='cosine'):
    if kind == 'step':
        return StepLR(opt, 30)
    elif kind == 'cosine':
        parts = [LambdaLR(opt, lambda e: (e + 1) / warm if e < warm else 1.0)]
        parts.append(CosineAnnealingLR(opt, total - warm))
    else:
        raise ValueError(kind)
    return SequentialLR(opt, parts, [warm])

s = build(SGD(m.parameters(), lr=0.1), total=100)
`;
    check(text, 'build(SGD', { spec: WARM_THEN_COSINE, steps: 100 });
  });

  it('tells the default of a parameter when the hover is inside', () => {
    const text = `def train(lr=0.2, epochs=40):\n    opt = SGD(p, lr=lr)\n    s = CosineAnnealingLR(opt, T_max=epochs)\n`;
    check(text, 'CosineAnnealingLR', {
      spec: { kind: 'CosineAnnealingLR', T_max: 40 },
      lr: 0.2,
      steps: 40,
    });
    const notes = find(text, 'CosineAnnealingLR')?.notes.join(' ');
    expect(notes).toContain('epochs = 40, the default of the parameter');
  });
});

describe('names and arithmetic', () => {
  it('resolves what is bound in the file, tuples and sums too', () => {
    const text = `
EPOCHS, WARM = 100, 5
lr = 1e-1
optimizer = torch.optim.SGD(model.parameters(), lr)
a = LinearLR(optimizer, start_factor=1 / 10, total_iters=WARM)
b = CosineAnnealingLR(optimizer, T_max=EPOCHS - WARM, eta_min=lr * 1e-2)
s = torch.optim.lr_scheduler.SequentialLR(optimizer, [a, b], milestones=[WARM])
`;
    check(text, 'SequentialLR', {
      spec: {
        kind: 'SequentialLR',
        milestones: [5],
        schedulers: [
          { kind: 'LinearLR', start_factor: 1 / 10, total_iters: 5 },
          { kind: 'CosineAnnealingLR', T_max: 95, eta_min: 0.1 * 1e-2 },
        ],
      },
      steps: 100,
    });
  });

  it('takes what was assigned last before the place', () => {
    const text = `n = 10\nn = 20\nopt = SGD(p, lr=0.1)\ns = CosineAnnealingLR(opt, n)\nn = 30\n`;
    check(text, 'CosineAnnealingLR', { spec: { kind: 'CosineAnnealingLR', T_max: 20 }, steps: 20 });
  });

  it('knows imports under another name, attributes of self and options of a command line', () => {
    const text = `
from torch.optim.lr_scheduler import CosineAnnealingLR as Cosine
p.add_argument('--epochs', type=int, default=50)
class T:
    def __init__(self):
        self.lr = 0.3
        self.opt = Adam(self.parameters(), lr=self.lr)
        self.sched = Cosine(self.opt, args.epochs)
`;
    check(text, 'Cosine(self', { spec: { kind: 'CosineAnnealingLR', T_max: 50 }, lr: 0.3, steps: 50 });
    expect(find(text, 'Cosine(self')?.notes).toEqual(['epochs = 50, the default of the option.']);
  });
});

describe('what cannot be known', () => {
  it('is said with what is assumed', () => {
    const found = find('s = CosineAnnealingLR(optimizer, T_max=n)', 'Cosine');
    expect(found?.notes).toEqual(['T_max is not known: 100 is assumed.', 'LR not found: 0.1 is assumed.']);
    expect(find('s = StepLR(o, 10)', 'StepLR')?.notes).toContain(
      'How long it runs is not known: 40 counts of scheduler.step() are assumed.',
    );
  });

  it('takes the only optimizer of the file, and says where', () => {
    const found = find('def f(o):\n  return StepLR(o, 10)\nopt = SGD(p, lr=0.5)\n', 'StepLR');
    expect(found?.notes).toContain('LR 0.5 of the optimizer in line 3.');
  });

  it('says of a function that cannot be evaluated what is assumed for it, and draws the rest', () => {
    const text = `s = SequentialLR(o, [LambdaLR(o, lambda e: secret(e)), CosineAnnealingLR(o, T_max=10)], milestones=[5])`;
    const found = find(text, 'SequentialLR');
    expect(found?.notes).toContain('lr_lambda cannot be evaluated from this file: a factor of 1 is assumed.');
    expect(found?.kind === 'curve' && found.schedule.steps).toBe(15);
  });

  it('says that an endless length is cut', () => {
    const found = find('s = CosineAnnealingLR(o, T_max=10**18)', 'Cosine');
    expect(found?.notes).toContain('Only the first 100000000 counts are drawn.');
  });

  it('keeps what is not a number out of the picture', () => {
    const text = `param_scheduler = [dict(type='LinearLR', start_factor=0, by_epoch=False, begin=0, end=500)]`;
    const found = find(text, 'param_scheduler');
    const schedule = found?.kind === 'curve' ? found.schedule : undefined;
    expect(summarize(schedule!).brokenAt).toBeGreaterThan(0);
    const svg = scheduleSvg(schedule!, {
      width: 420,
      height: 170,
      colours: LIGHT_COLOURS,
      highlight: 'final',
    });
    expect(svg.replace(/<title>.*<\/title>/, '')).not.toMatch(/NaN|Infinity/);
  });

  it('draws nothing for a call that is none of these', () => {
    expect(find('print(1)', 'print')).toBeUndefined();
    expect(find('model.train()', 'train')).toBeUndefined();
  });
});

describe('other libraries', () => {
  it('reads the functions of transformers', () => {
    const text = `opt = AdamW(p, lr=5e-5)\ns = get_cosine_schedule_with_warmup(opt, 10, num_training_steps=10 * 10)`;
    const want = transformersSchedule({
      name: 'cosine',
      lr: 5e-5,
      num_warmup_steps: 10,
      num_training_steps: 100,
    });
    expect(curveOf(find(text, 'get_cosine'))).toEqual(Array.from({ length: 100 }, (_, k) => want.lrAt(k, 0)));
    const generic = text.replace('get_cosine_schedule_with_warmup(opt', "get_scheduler('cosine', opt");
    expect(curveOf(find(generic, 'get_scheduler'))).toEqual(curveOf(find(text, 'get_cosine')));
  });

  it('reads timm classes with their own defaults', () => {
    const text = `o = SGD(p, lr=0.1)\ns = CosineLRScheduler(o, t_initial=20, warmup_t=5, warmup_lr_init=1e-5)`;
    const curve = curveOf(find(text, 'CosineLRScheduler'));
    expect(curve).toHaveLength(20);
    expect(curve[0]).toBe(1e-5);
    expect(curve[10]).toBeCloseTo(0.05, 12);
  });

  it('reads an MMEngine list', () => {
    const text = `
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.02, momentum=0.9))
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=12)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=500),
    dict(type='MultiStepLR', begin=0, end=12, by_epoch=True, milestones=[8, 11], gamma=0.1),
]
`;
    const found = find(text, 'MultiStepLR');
    const curve = curveOf(found);
    expect(curve).toHaveLength(1200);
    expect(curve[0]).toBeCloseTo(0.02 * 0.001, 12);
    expect(curve[600]).toBeCloseTo(0.02, 10);
    expect(curve[1199]).toBeCloseTo(0.0002, 10);
    expect(found?.notes).toEqual(['steps per epoch is not known: 100 is assumed.']);
  });

  it('turns an Ultralytics call into an experiment', () => {
    const text = `
from ultralytics import YOLO
epochs = 50
model = YOLO('yolov8m.pt')
model.train(data='coco.yaml', epochs=epochs * 2, lr0=0.02, warmup_epochs=n, cos_lr=True)
`;
    const found = find(text, 'lr0=');
    if (found?.kind !== 'train') throw new Error('no train call');
    expect(found).toMatchObject({
      key: 'lr0',
      highlight: 'peak',
      notes: ['warmup_epochs is not known: its default is assumed.'],
    });
    const { draft } = parseExperiment(found.experiment, { file: 'args.yaml' });
    expect(draft).toMatchObject({
      trainer: 'ultralytics',
      model: 'yolov8m.pt',
      data: 'coco.yaml',
      epochs: 100,
    });
    expect(draft.schedule).toMatchObject({ lr0: 0.02, cos_lr: true, warmup_epochs: 3 });
  });
});
