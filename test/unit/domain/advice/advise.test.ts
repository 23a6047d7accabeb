import { describe, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { advise, RULES } from '../../../../src/domain/advice/advise';
import type { Advice, AdviceContext } from '../../../../src/domain/advice/types';
import { keySpec } from '../../../../src/domain/experiment/key-table';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { scheduleOf } from '../../../../src/domain/schedule/schedule';

type World = Partial<AdviceContext['counts']> & { gpu?: AdviceContext['gpu'] };

function adviceFor(text: string, { gpu, ...world }: World = {}): readonly Advice[] {
  const { experiment, problems } = parseExperiment(`data: d.yaml\n${text}`, { file: 'x.train.yaml' });
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
  const counts = { images: 10_000, classes: 6, ultralyticsVersion: '8.4.190', ...world };
  const { schedule } = scheduleOf(experiment!, counts);
  return advise({ experiment: experiment!, schedule, counts, ...(gpu && { gpu }) });
}

type Case = {
  rule: string;
  fires: string;
  world?: World;
  message: RegExp;
  fix?: unknown;
  nearMiss: string;
  missWorld?: World;
};

const UL = 'trainer: ultralytics\n';
const CASES: Case[] = [
  {
    rule: 'warmup-steps',
    fires: 'epochs: 100\nbatch: 16\nwarmup_epochs: 5',
    message: /^625 steps per epoch x 5 = 3,125 warm-up steps, 5\.0 % of the run$/,
    nearMiss: 'epochs: 100\nbatch: 16\nwarmup_epochs: 0',
  },
  {
    rule: 'warmup-missing',
    fires: 'lr0: 0.1\nwarmup_epochs: 0\nepochs: 30',
    message: /first step runs at the full LR 0\.1; 3 epochs \(1,875 steps\)/,
    fix: { key: 'warmup_epochs', value: 3 },
    nearMiss: 'lr0: 0.1\nwarmup_epochs: 1\nepochs: 30',
  },
  {
    rule: 'warmup-one-epoch',
    fires: 'warmup_epochs: 0.6',
    message: /ends after 60\.0 % of the first epoch/,
    fix: { key: 'warmup_epochs', value: 1 },
    nearMiss: 'warmup_epochs: 1',
  },
  {
    rule: 'warmup-short',
    fires: 'optimizer: AdamW\nwarmup_epochs: 2',
    message: /^1,250 warm-up steps are few; 2,000 are advised \(2 \/ \(1 - 0\.999\) = 2,000 for Adam/,
    fix: { key: 'warmup_epochs', value: 3.2 },
    nearMiss: 'optimizer: AdamW\nwarmup_epochs: 3',
  },
  {
    rule: 'warmup-long',
    fires: 'epochs: 20\nwarmup_epochs: 5',
    message: /takes 25\.0 % of the run \(3,125 steps\)/,
    fix: { key: 'warmup_epochs', value: 2 },
    nearMiss: 'epochs: 50\nwarmup_epochs: 5',
  },
  {
    rule: 'warmup-swallows-run',
    fires: 'epochs: 6\nwarmup_epochs: 4',
    message: /takes 66\.7 % of the run: the LR tops out at 0\.005048 /,
    fix: { key: 'warmup_epochs', value: 0.5 },
    nearMiss: 'epochs: 9\nwarmup_epochs: 4',
  },
  {
    rule: 'warmup-floor-100',
    fires: `${UL}model: yolov8n.pt\noptimizer: SGD\nwarmup_epochs: 3`,
    world: { images: 400, ultralyticsVersion: '8.4.102' },
    message: /^75 warm-up steps are requested, 100 are made/,
    nearMiss: `${UL}model: yolov8n.pt\noptimizer: SGD\nwarmup_epochs: 3`,
    missWorld: { images: 400, ultralyticsVersion: '8.4.103' },
  },
  {
    rule: 'adam-bias-lr',
    fires: `${UL}model: yolov8n.pt\noptimizer: AdamW\nlr0: 0.001`,
    message: /start at 0\.1, 100 times lr0 0\.001, on AdamW/,
    fix: { key: 'warmup_bias_lr', value: 0 },
    nearMiss: `${UL}model: yolov8n.pt\noptimizer: AdamW\nlr0: 0.001\nwarmup_bias_lr: 0.001`,
  },
  {
    rule: 'adam-lr0',
    fires: `${UL}model: yolov8n.pt\noptimizer: AdamW`,
    message: /lr0 0\.01 is meant for SGD; AdamW usually/,
    fix: { key: 'lr0', value: 0.001 },
    nearMiss: `${UL}model: yolov8n.pt\noptimizer: AdamW\nlr0: 0.002`,
  },
  {
    rule: 'auto-ignores',
    fires: `${UL}model: yolov8n.pt\nlr0: 0.02\nmomentum: 0.95`,
    message: /^lr0 0\.02 and momentum 0\.95 are ignored: auto trains MuSGD at 0\.01 with momentum 0\.9$/,
    fix: { key: 'optimizer', value: 'SGD' },
    // An args.yaml names every key; what only repeats the default is not worth a message.
    nearMiss: `${UL}model: yolov8n.pt\nlr0: 0.01\nmomentum: 0.937`,
  },
  {
    rule: 'lr-batch',
    fires: `${UL}model: yolov8n.pt\noptimizer: SGD\nbatch: 256`,
    message: /batch 256 is 4 times 64: scaled with it, lr0 0\.01 would be 0\.04, and it is 0\.01/,
    fix: { key: 'lr0', value: 0.04 },
    nearMiss: `${UL}model: yolov8n.pt\noptimizer: SGD\nbatch: 64`,
  },
  {
    rule: 'fine-tune-warmup',
    fires: `${UL}model: runs/train/weights/best.pt\noptimizer: SGD`,
    message: /goes on from trained weights/,
    fix: { key: 'warmup_bias_lr', value: 0.01 },
    nearMiss: `${UL}model: yolov8n.pt\noptimizer: SGD`,
  },
  {
    rule: 'small-set-warmup',
    fires: `${UL}model: yolov8m.pt\noptimizer: SGD`,
    world: { images: 4999 },
    message: /^4,999 images are few for yolov8m\.pt: 8 to 10 warm-up epochs suit it better than 3/,
    fix: { key: 'warmup_epochs', value: 8 },
    nearMiss: `${UL}model: yolov8m.pt\noptimizer: SGD`,
    missWorld: { images: 5000 },
  },
  {
    rule: 'small-set-augment',
    fires: `${UL}model: yolo11l.yaml\noptimizer: SGD\nmosaic: 0`,
    world: { images: 800 },
    message: /mosaic 1 keeps/,
    fix: { key: 'mosaic', value: 1 },
    nearMiss: `${UL}model: yolo11l.yaml\noptimizer: SGD\nmixup: 0.1`,
    missWorld: { images: 800 },
  },
  {
    rule: 'small-set-smoothing',
    fires: 'batch: 8',
    world: { images: 299 },
    message: /^299 images in 6 classes: label_smoothing 0\.05/,
    fix: { key: 'label_smoothing', value: 0.05 },
    nearMiss: 'batch: 8\nlabel_smoothing: 0.01',
    missWorld: { images: 299 },
  },
  {
    rule: 'mosaic-never',
    fires: 'epochs: 10',
    message: /close_mosaic 10 covers all 10 epochs/,
    fix: { key: 'close_mosaic', value: 2 },
    nearMiss: 'epochs: 11',
  },
  {
    rule: 'noisy-metric',
    fires: 'early_stop: { ema: 1 }',
    world: { valImages: 128 },
    message: /judges single checkpoints on 128 validation images/,
    fix: { key: 'early_stop.ema', value: 5 },
    nearMiss: 'early_stop: { ema: 1 }',
    missWorld: { valImages: 500 },
  },
  {
    rule: 'patience-ema',
    fires: 'early_stop: { ema: 5, patience: 9 }',
    message: /patience 9 is short for an average over 5 epochs/,
    fix: { key: 'early_stop.patience', value: 10 },
    nearMiss: 'early_stop: { ema: 5, patience: 10 }',
  },
  {
    rule: 'patience-decay',
    fires: 'epochs: 100\nearly_stop: { patience: 29 }',
    message: /^patience 29 is under 30\.0 % of 100 epochs while the LR decays/,
    fix: { key: 'early_stop.patience', value: 30 },
    nearMiss: 'epochs: 100\nlrf: 1\nearly_stop: { patience: 29 }',
  },
  {
    rule: 'half-without-fp16',
    fires: 'validation: { half: on }',
    world: { gpu: { name: 'GTX 1660', half: false } },
    message: /^GTX 1660 has no sound FP16/,
    fix: { key: 'validation.half', value: 'auto' },
    nearMiss: 'validation: { half: auto }',
    missWorld: { gpu: { name: 'GTX 1660', half: false } },
  },
  {
    rule: 'last-batch',
    fires: `${UL}model: yolov8n.pt\nbatch: 16`,
    world: { images: 513 },
    message: /last batch of each epoch has 1 of 16 images \(6\.3 %\)/,
    nearMiss: 'batch: 16',
    missWorld: { images: 512 },
  },
];

describe('advice', () => {
  it.each(CASES)('$rule fires with its numbers', ({ rule, fires, world, message, fix }) => {
    const advice = adviceFor(fires, world).find((a) => a.rule === rule);
    expect(advice?.message).toMatch(message);
    expect(advice?.fix).toEqual(fix);
  });

  it.each(CASES)('$rule stays silent on a near miss', ({ rule, nearMiss, missWorld }) => {
    expect(adviceFor(nearMiss, missWorld).map((a) => a.rule)).not.toContain(rule);
  });

  it('has a case for every rule, and every rule a source, a reason and a known key', () => {
    expect(CASES.map((c) => c.rule).toSorted()).toEqual(RULES.map((rule) => rule.id).toSorted());
    for (const rule of RULES) {
      expect(inEnglish(rule.source).length).toBeGreaterThan(5);
      expect(inEnglish(rule.reason)).toMatch(/\.$/);
      expect(keySpec(rule.key), rule.key).toBeDefined();
    }
  });

  it('never takes back with one rule what another has advised', () => {
    const followed = `${UL}model: yolov8m.pt\noptimizer: SGD\nepochs: 50\nwarmup_epochs: 8`;
    const warmup = adviceFor(followed, { images: 4999 }).filter((a) => a.key === 'warmup_epochs');
    expect(warmup.map((a) => a.rule)).toEqual(['warmup-steps']);
    expect(adviceFor('epochs: 1\nwarmup_epochs: 0').map((a) => a.rule)).not.toContain('warmup-missing');
  });

  it('puts warnings first', () => {
    const severities = adviceFor('lr0: 0.1\nwarmup_epochs: 0\nepochs: 10').map((a) => a.severity);
    expect(severities).toEqual([...severities].sort().reverse());
    expect(severities[0]).toBe('warning');
  });

  it('speaks of the images that are trained on', () => {
    const [advice] = adviceFor(`${UL}model: yolov8n.pt\nbatch: 16\nfraction: 0.5`, { images: 514 }).filter(
      (a) => a.rule === 'last-batch',
    );
    expect(advice.message).toMatch(/has 1 of 16 images/);
  });

  it('has only the steps to tell of the example experiment', () => {
    const example =
      'epochs: 30\nbatch: 16\nlr0: 0.02\ncos_lr: true\nwarmup_epochs: 3\nearly_stop: false\nlabel_smoothing: 0.05';
    expect(adviceFor(example, { images: 512 }).map((a) => a.rule)).toEqual(['warmup-steps']);
  });

  it('names medium and larger models, and not small ones', () => {
    const fires = (model: string) =>
      adviceFor(`${UL}model: ${model}\noptimizer: SGD`, { images: 800 }).some(
        (a) => a.rule === 'small-set-warmup',
      );
    const larger = [
      'yolov8m.pt',
      'yolov8x-seg.pt',
      'yolo11l.yaml',
      'yolov5x6u.pt',
      'yolov9c.pt',
      'yolov10b.pt',
    ];
    const smaller = [
      'yolov8n.pt',
      'yolo11s.yaml',
      'yolov5n6u.pt',
      'yolov9t.pt',
      'yolov8n-seg.pt',
      'custom.pt',
    ];
    expect(larger.filter(fires)).toEqual(larger);
    expect(smaller.filter(fires)).toEqual([]);
  });
});
