import { createRandom, type Random } from '../../src/base/random';
import type { JudgedEpoch, Reading } from '../../src/domain/run/monitors/rule';
import { createMonitors } from '../../src/domain/run/monitors/rules';
import { normal } from './alarm-worlds';

/** What the monitors read of one simulated run; `from`: the reading from which on it is sick, for the rule of that name. */
type World = { readonly readings: readonly Reading[]; readonly from?: number };
type MakeWorld = (random: Random) => World;

const GB = 2 ** 30;
const noisy = (random: Random, share: number): number => Math.exp(share * normal(random));
const many = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

type StepOf = (step: number) => { ips?: number; wait?: number; lr?: number; plan?: number; gpu?: number };

/** 3,000 steps of half a second, 300 to an epoch. */
function steps(of: StepOf): Reading[] {
  return many(3000, (step) => {
    const { ips, wait, lr = 0.01, plan = 0.01, gpu } = of(step);
    return {
      kind: 'step',
      step,
      epoch: 1 + Math.floor(step / 300),
      t: 500 * step,
      groups: ['weights'],
      lr: [lr],
      planned: [plan],
      ips,
      wait,
      ...(gpu !== undefined && { gpuBytes: gpu * GB, deviceBytes: GB }),
    };
  });
}
const ONSET = 1500;
const onset = (step: number, sick: number, well: number): number => (step < ONSET ? well : sick);
const cosine = (step: number): number => 0.005 * (1 + Math.cos((Math.PI * step) / 3000));

/** Speed with a noise of 20 %, validation beside it for a third of the time, and a slow checkpoint at the end of an epoch. */
const speed = (random: Random, step: number): number =>
  100 * noisy(random, 0.2) * (step % 300 < 100 ? 0.6 : 1) * (step % 300 === 299 ? 0.05 : 1);

const epochs = (values: readonly { readonly loss: number; readonly valLoss: number }[]): Reading[] =>
  values.map((value, i) => ({ kind: 'epoch', epoch: i + 1, ...value }));

/** Both losses fall by an exponential; the val loss has 3 % of noise, and rises from epoch 25 on by a share an epoch. */
const curves = (random: Random, rise: number): Reading[] =>
  epochs(
    many(60, (e) => ({
      loss: (1 + 4 * Math.exp(-e / 12) - 0.008 * e) * noisy(random, 0.01),
      valLoss: (1.5 + 3 * Math.exp(-e / 8)) * noisy(random, 0.03) * (1 + rise * Math.max(0, e - 25)),
    })),
  );

/** mAP rises to .5 with 4 % of noise; its interval is as wide as that noise. */
function maps(random: Random, of: (epoch: number) => number): Reading[] {
  const history = many(40, (e): JudgedEpoch => {
    const map = 0.5 * (1 - Math.exp(-(e + 1) / 8)) * of(e) * noisy(random, 0.04);
    return {
      epoch: e + 1,
      map,
      map50: map,
      precision: map,
      recall: map,
      loss: (1 + 4 * Math.exp(-e / 12)) * noisy(random, 0.01),
    };
  });
  return history.map((last, i) => {
    const best = Math.max(0, ...history.slice(0, i).map(({ map }) => map));
    const versusBest = { low: last.map - best - 0.06, high: last.map - best + 0.06 };
    return { kind: 'validated', history: [...history.slice(0, i), { ...last, versusBest }] };
  });
}

/** Free memory wanders between a fifth and three fifths; a sick run takes the rest within 200 readings. */
function memory(random: Random, left: (i: number) => number): Reading[] {
  let free = 0.4;
  return many(500, (i) => {
    free = Math.min(0.6, Math.max(0.2, free + 0.02 * normal(random)));
    return { kind: 'machine', memory: { free: free * left(i) * 64 * GB, total: 64 * GB } };
  });
}

const disk = (left: (i: number) => number): Reading[] =>
  many(500, (i) => ({ kind: 'machine', disk: { free: left(i), total: 500 * GB }, checkpointBytes: GB / 16 }));

type Kind = { readonly healthy: MakeWorld; readonly sick: MakeWorld };

/** One world for each monitor: the same machine and run, well and sick. */
const KINDS: Readonly<Record<string, Kind>> = {
  overfitting: {
    healthy: (random) => ({ readings: curves(random, 0) }),
    sick: (random) => ({ readings: curves(random, 0.02), from: 25 }),
  },
  'overfitting, by mAP': {
    healthy: (random) => ({ readings: maps(random, () => 1) }),
    sick: (random) => ({ readings: maps(random, (e) => 1 - 0.02 * Math.max(0, e - 15)), from: 15 }),
  },
  map_collapse: {
    healthy: (random) => ({ readings: maps(random, () => 1) }),
    sick: (random) => ({ readings: maps(random, (e) => (e < 20 ? 1 : 0.2)), from: 20 }),
  },
  lr_off_plan: {
    healthy: (random) => ({
      readings: steps((i) => ({ plan: cosine(i), lr: cosine(i) * (1 + 1e-6 * normal(random)) })),
    }),
    sick: () => ({
      readings: steps((i) => ({ plan: cosine(i), lr: cosine(Math.min(i, ONSET)) })),
      from: ONSET,
    }),
  },
  throughput_drop: {
    healthy: (random) => ({ readings: steps((i) => ({ ips: speed(random, i) })) }),
    sick: (random) => ({
      readings: steps((i) => ({ ips: speed(random, i) * onset(i, 0.2, 1) })),
      from: ONSET,
    }),
  },
  loader_starving: {
    healthy: (random) => ({
      readings: steps((i) => ({ wait: (i < 300 ? 0.35 : 0.1) * noisy(random, 0.5) })),
    }),
    sick: (random) => ({
      readings: steps((i) => ({ wait: onset(i, 0.35, 0.1) * noisy(random, 0.2) })),
      from: ONSET,
    }),
  },
  gpu_memory: {
    healthy: (random) => ({ readings: steps(() => ({ gpu: Math.min(0.99, 0.85 + 0.05 * normal(random)) })) }),
    sick: (random) => ({
      readings: steps((i) => ({ gpu: onset(i, 0.97 + 0.005 * normal(random), 0.8) })),
      from: ONSET,
    }),
  },
  memory_near_limit: {
    healthy: (random) => ({ readings: memory(random, () => 1) }),
    sick: (random) => ({
      readings: memory(random, (i) => Math.min(1, Math.max(0.01, (450 - i) / 200))),
      from: 250,
    }),
  },
  disk_nearly_full: {
    healthy: () => ({ readings: disk((i) => (50 - 0.08 * i) * GB) }),
    sick: () => ({ readings: disk((i) => Math.max(0.1, 20 - 0.05 * i) * GB), from: 390 }),
  },
  validation_behind: {
    healthy: (random) => ({
      readings: many(500, (i) => ({
        kind: 'queue',
        behind: Math.floor(3 * random.next()),
        epoch: i + 1,
        validated: i + 1,
        waitedMs: 20_000,
      })),
    }),
    sick: () => ({
      readings: many(500, (i) => ({
        kind: 'queue',
        behind: Math.max(0, i - 250),
        epoch: i + 1,
        validated: i + 1,
        waitedMs: 20_000,
      })),
      from: 251,
    }),
  },
};

export type MonitorRow = {
  readonly kind: string;
  readonly runs: number;
  readonly falseAlarms: number;
  readonly caught: number;
  /** Median readings (steps, epochs or samples) from the trouble to its alarm. */
  readonly delay: number;
};

/** What the monitors say of `runs` healthy and `runs` sick simulated runs of each kind. */
export function monitorTable(runs: number): MonitorRow[] {
  return Object.entries(KINDS).map(([kind, { healthy, sick }], n) => {
    const rule = kind.split(',')[0];
    const seeds = many(runs, (seed) => createRandom(1 + seed + 1000 * n));
    const falseAlarms = seeds.filter((random) => raisedIn(healthy(random)).length > 0).length;
    const delays = seeds.flatMap((random) => delayOf(sick(random), rule) ?? []).sort((a, b) => a - b);
    return {
      kind,
      runs,
      falseAlarms,
      caught: delays.length,
      delay: delays[delays.length >> 1] ?? Number.NaN,
    };
  });
}

function raisedIn({ readings }: World): { readonly rule: string; readonly at: number }[] {
  const monitors = createMonitors();
  return readings.flatMap((reading, at) => monitors(reading).map(({ rule }) => ({ rule, at })));
}

/** Undefined if the rule was silent, or spoke of something before the trouble began. */
function delayOf(world: World, wanted: string): number | undefined {
  const [first] = raisedIn(world).filter(({ rule }) => rule === wanted);
  const delay = first === undefined ? -1 : first.at - (world.from ?? 0);
  return delay < 0 ? undefined : delay;
}
