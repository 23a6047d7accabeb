import type { Random } from '../../src/base/random';
import { judgeEarlyStop, type ValidatedEpoch } from '../../src/domain/run/early-stop';
import { lrAheadOf } from '../../src/domain/run/lr-ahead';

const EPOCHS = 100;

/** True mAP and LR (of its peak) after each epoch of a run of 100; `at` is the share of the run. */
type Family = {
  readonly map: (epoch: number, lr: number) => number;
  readonly lr: (at: number) => number;
  readonly warmupEpochs?: number;
  readonly noise?: number;
  readonly mosaicEnds?: number;
};

const cosine = (at: number): number => 0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * at));
const linear = (at: number): number => 1 - 0.99 * at;
const constant = (): number => 1;
const steps = (at: number): number => (at <= 0.6 ? 1 : at <= 0.8 ? 0.1 : 0.01);
const restarts = (at: number): number => cosine(Math.min(1, (at * 3) % 1.000001));
const late = (at: number): number => Math.min(1, at / 0.15) * cosine(Math.max(0, (at - 0.15) / 0.85));

/** Learning by epochs; what a high LR keeps back comes when it falls. */
const learned = (epoch: number, pace: number): number => 0.5 * (1 - Math.exp(-epoch / pace));
const held = (lr: number): number => 0.055 * lr;

/** The thirteen kinds of run that early stopping meets. */
export const FAMILIES: Readonly<Record<string, Family>> = {
  'cosine LR': { lr: cosine, map: (e, lr) => learned(e, 9) - held(lr) },
  'linear LR': { lr: linear, map: (e, lr) => learned(e, 9) - held(lr) },
  'constant LR': { lr: constant, map: (e) => learned(e, 12) },
  'LR in steps': { lr: steps, map: (e, lr) => learned(e, 9) - held(lr) },
  'LR with restarts': { lr: restarts, map: (e, lr) => learned(e, 15) - 0.045 * lr },
  'fine-tune with a first dip': {
    lr: cosine,
    map: (e, lr) => 0.45 + 0.09 * (1 - Math.exp(-e / 25)) - 0.12 * Math.exp(-(((e - 4) / 4) ** 2)) - held(lr),
  },
  'metric begins late': {
    lr: cosine,
    map: (e, lr) => Math.max(0, learned(Math.max(0, e - 25), 12) - held(lr)),
  },
  'slow rise': { lr: linear, map: (e) => 0.3 + 0.001 * e },
  overfits: { lr: cosine, map: (e, lr) => learned(e, 8) - held(lr) - 0.0012 * Math.max(0, e - 45) },
  'few val images': { lr: cosine, map: (e, lr) => learned(e, 9) - held(lr), noise: 0.015 },
  'mosaic closes': {
    lr: linear,
    mosaicEnds: 90,
    map: (e, lr) => learned(e, 9) - held(lr) + (e > 90 ? 0.02 : 0),
  },
  'long warm-up': { lr: late, warmupEpochs: 15, map: (e, lr) => learned(e, 12) - held(lr) },
  'at rest from epoch 15 on': { lr: constant, map: (e) => learned(e, 3) },
};

export type Stopped = {
  /** Epoch of the stop; that of the last if it was not stopped. */
  readonly epoch: number;
  /** True mAP of the best checkpoint of the whole run, minus that of the best that was trained; both known to an oracle. */
  readonly lost: number;
};

export type StopRule = { readonly patience: number; readonly knowsPlan: boolean };

/** One run of a family, validated with noise and judged after each epoch as the keeper does. */
export function stopOne(family: Family, { patience, knowsPlan }: StopRule, random: Random): Stopped {
  const { lr, map, warmupEpochs = 3, noise = 0.005, mosaicEnds } = family;
  const lrs = Array.from({ length: EPOCHS }, (_, i) => lr((i + 1) / EPOCHS));
  const truth = lrs.map((value, i) => map(i + 1, value));
  const history = truth.map((value, i) =>
    validated(i + 1, Math.max(0, value > 0 ? value + noise * random.normal() : 0)),
  );
  const epoch =
    history.findIndex((_, i) => {
      const ahead = knowsPlan ? lrAheadOf(lrs, i + 1) : undefined;
      const settings = { metric: 'map', ema: 5, patience } as const;
      return judgeEarlyStop(history.slice(0, i + 1), settings, {
        warmupEpochs,
        ahead,
        ...(knowsPlan && { mosaicEnds }),
      }).stop;
    }) + 1;
  const end = epoch === 0 ? EPOCHS : epoch;
  return { epoch: end, lost: Math.max(...truth) - Math.max(...truth.slice(0, end)) };
}

const validated = (epoch: number, map: number): ValidatedEpoch => ({
  ...{ epoch, map },
  ...{ map50: map, precision: map, recall: map },
});
