// The runs that the alarms are measured on: what each is started with, what happens to it meanwhile, and which alarms may be
// raised for it. Data sets: `pcb` is the example, the others are made of ../shared/data. Small, so that a run takes seconds.

const seeds = (count, make) => Array.from({ length: count }, (_, seed) => make(seed)).flat();
const healthy = (name, data, ...set) => ({ name, data, set, sick: [] });
const sick = (name, data, rules, { set = [], ...trouble } = {}) => ({
  name,
  data,
  set,
  sick: rules,
  trouble,
});

// 96 images each: 12 steps an epoch, or 48.
const SHORT = ['imgsz=64', 'batch=8', 'epochs=8'];
const MANY = ['imgsz=64', 'batch=2', 'epochs=9', 'validation.every=3'];
// An epoch takes half a second, a validation twice that: judged each time, it would truly fall behind.
const LONG = ['imgsz=64', 'batch=16', 'validation.every=4'];
const ADAMW = ['optimizer=AdamW', 'lr0=0.002', 'warmup_bias_lr=0.002'];
const COLD = ['lr0=0.3', 'warmup_epochs=0', 'on_divergence=notify'];
const GROWN = ['diverged', 'non_finite', 'spike', 'jump', 'creep'];

const HEALTHY_BUILTIN = seeds(3, (s) => [
  healthy(`pcb-sgd-${s}`, 'pcb', ...SHORT, `seed=${s}`),
  healthy(`bccd-sgd-${s}`, 'bccd', ...SHORT, `seed=${s}`, 'lr0=0.01'),
  healthy(`pcb-adamw-${s}`, 'pcb', ...SHORT, `seed=${s}`, ...ADAMW),
  healthy(`voc-sgd-${s}`, 'voc', ...SHORT, `seed=${s}`, 'lr0=0.01', 'cos_lr=false'),
  healthy(`bccd-cosine-${s}`, 'bccd', ...SHORT, `seed=${s}`, 'lr0=0.02', 'lrf=0.001'),
  healthy(`pcb-linear-${s}`, 'pcb', ...SHORT, `seed=${s}`, 'cos_lr=false', 'warmup_shape=exponential'),
  healthy(`voc-adamw-${s}`, 'voc', ...SHORT, `seed=${s}`, ...ADAMW),
  healthy(`bccd-mosaic-${s}`, 'bccd', ...SHORT, `seed=${s}`, 'mosaic=1', 'close_mosaic=3', 'scale=0.5'),
  healthy(`bccd-many-steps-${s}`, 'bccd', ...MANY, `seed=${s}`, 'lr0=0.003'),
  healthy(`pcb-many-steps-${s}`, 'pcb', ...MANY, `seed=${s}`, 'lr0=0.005'),
]);
const HEALTHY_MORE = seeds(2, (s) => [
  healthy(`bccd-long-${s}`, 'bccd', ...LONG, 'epochs=24', `seed=${s}`, 'lr0=0.02'),
  healthy(`pcb-long-${s}`, 'pcb', ...LONG, 'epochs=20', `seed=${s}`),
  healthy(`pcb-micro-${s}`, 'pcb', 'model=micro', ...SHORT, `seed=${s}`),
  healthy(`bccd-micro-${s}`, 'bccd', 'model=micro', ...SHORT, `seed=${s}`, 'imgsz=96'),
  healthy(`pcb-clipped-${s}`, 'pcb', ...SHORT, `seed=${s}`, 'clip_grad=10', 'warmup_epochs=1'),
  {
    ...healthy(`pcb-lr-set-${s}`, 'pcb', ...SHORT, `seed=${s}`),
    meanwhile: [{ at: 30, ask: ['set', 'lr=0.01'] }],
  },
  {
    ...healthy(`bccd-paused-${s}`, 'bccd', ...SHORT, `seed=${s}`),
    meanwhile: [{ at: 30, ask: ['pause'], after: ['continue'] }],
  },
]);

const ULTRA = [
  ...[
    'trainer=ultralytics',
    'model=yolov8n.yaml',
    'imgsz=64',
    'batch=8',
    'epochs=3',
    'workers=0',
    'device=cpu',
  ],
  'warmup_epochs=1',
];
// Ultralytics validates in its loop, so that there is a val loss; an optimizer update at each step.
const IN_LOOP = ['val=true', 'validation.every=40', 'nbs=8'];
const HEALTHY_ULTRALYTICS = seeds(3, (s) => [
  healthy(`ultralytics-sgd-${s}`, 'few', ...ULTRA, `seed=${s}`, 'lr0=0.01'),
  healthy(`ultralytics-adamw-${s}`, 'few', ...ULTRA, `seed=${s}`, ...ADAMW),
  healthy(`ultralytics-val-loss-${s}`, 'bccd', ...ULTRA, ...IN_LOOP, 'epochs=24', `seed=${s}`, ...ADAMW),
]);

const SICK_BUILTIN = seeds(3, (s) => [
  sick(`cold-${s}`, 'pcb', GROWN, { set: ['imgsz=64', 'batch=4', 'epochs=2', `seed=${s}`, ...COLD] }),
  sick(`cold-bccd-${s}`, 'bccd', GROWN, {
    set: ['imgsz=64', 'batch=8', 'epochs=4', `seed=${s}`, ...COLD, 'lr0=1'],
  }),
  {
    ...sick(`lr-in-flight-${s}`, 'pcb', GROWN, { set: [...SHORT, `seed=${s}`, 'on_divergence=notify'] }),
    meanwhile: [{ at: 40, ask: ['set', 'lr=30', '--hold', '--yes'] }],
  },
  {
    ...sick(`lr-in-flight-bccd-${s}`, 'bccd', GROWN, {
      set: [...SHORT, `seed=${s}`, 'on_divergence=notify'],
    }),
    meanwhile: [{ at: 40, ask: ['set', 'lr=1000', '--hold', '--yes'] }],
  },
  sick(`idle-${s}`, 'pcb', ['no_learning'], {
    set: [...MANY, 'epochs=24', `seed=${s}`, 'lr0=0.00000001', 'warmup_epochs=0', 'warmup_bias_lr=0'],
  }),
  sick(`wrong-labels-${s}`, 'wrong', ['metric_not_begun', 'no_learning'], {
    set: ['imgsz=64', 'batch=32', 'epochs=16', `seed=${s}`],
  }),
  sick(`slowed-${s}`, 'pcb', ['throughput_drop', 'stall'], {
    set: [...SHORT, 'batch=4', 'epochs=24', `seed=${s}`, 'validation.every=3'],
    slow: 'trainer',
    at: 160,
  }),
  sick(`disk-${s}`, 'pcb', ['disk_nearly_full'], { set: [...SHORT, `seed=${s}`], disk: 24 }),
  sick(`memory-${s}`, 'pcb', ['memory_near_limit'], {
    set: [...SHORT, 'epochs=60', `seed=${s}`, 'validation.every=10'],
    memory: true,
  }),
  sick(`behind-${s}`, 'pcb', ['validation_behind'], {
    set: ['imgsz=64', 'batch=16', 'epochs=60', `seed=${s}`],
    slow: 'validator',
    at: 12,
  }),
  {
    ...sick(`collapse-${s}`, 'bccd', ['map_collapse', ...GROWN], {
      set: [...SHORT, 'epochs=24', `seed=${s}`, ...ADAMW, 'on_divergence=notify'],
    }),
    meanwhile: [{ at: 120, ask: ['set', 'lr=0.5', '--hold', '--yes'] }],
  },
]);
// Eight images without augmentation: the network learns them by heart, and its loss on other images rises. Pitwall's own
// validations, which this alarm does not need, are few.
const BY_HEART = [
  ...[
    'epochs=120',
    'batch=4',
    'mosaic=0',
    'fliplr=0',
    'scale=0',
    'translate=0',
    'hsv_h=0',
    'hsv_s=0',
    'hsv_v=0',
  ],
  ...[...IN_LOOP, 'warmup_epochs=3', 'nbs=4'],
];
const SICK_ULTRALYTICS = seeds(2, (s) => [
  sick(`ultralytics-by-heart-${s}`, 'tiny', ['overfitting'], {
    set: [...ULTRA, ...BY_HEART, `seed=${s}`, ...ADAMW],
  }),
  sick(`ultralytics-frozen-lr-${s}`, 'few', ['lr_off_plan'], {
    set: [...ULTRA, 'epochs=4', `seed=${s}`, 'optimizer=SGD', 'nbs=8'],
    python: 'frozen',
  }),
  sick(`ultralytics-full-card-${s}`, 'few', ['gpu_memory'], {
    set: [...ULTRA, 'epochs=12', 'batch=2', `seed=${s}`],
    python: 'card',
  }),
  sick(`ultralytics-starved-${s}`, 'bccd', ['loader_starving'], {
    set: [...ULTRA, 'epochs=2', 'batch=2', 'mosaic=0', `seed=${s}`],
    python: 'slow',
  }),
]);

const seedOf = ({ name }) => Number(/\d+$/.exec(name)[0]);

/** One of each kind first, so that a recording that is cut short has seen all of them. */
export const CASES = [
  ...SICK_BUILTIN,
  ...SICK_ULTRALYTICS,
  ...HEALTHY_BUILTIN,
  ...HEALTHY_MORE,
  ...HEALTHY_ULTRALYTICS,
].sort((a, b) => seedOf(a) - seedOf(b));
