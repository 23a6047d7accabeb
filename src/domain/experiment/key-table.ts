import type { KeySpec } from './key-spec';
import { BLOCKS, PITWALL_KEYS } from './keys-pitwall';
import { RUN_KEYS } from './keys-run';
import { SCHEDULE_KEYS } from './keys-schedule';
import { AUGMENT_AND_LOSS_KEYS, ULTRALYTICS_KEYS } from './keys-ultralytics';
import { TRAINER_KINDS, TRAINERS } from './trainers';
import type { TrainerKind } from './types';

/** Every key of an experiment file, in the order people read them. */
export const KEYS: readonly KeySpec[] = [
  ...RUN_KEYS,
  ...SCHEDULE_KEYS,
  ...AUGMENT_AND_LOSS_KEYS,
  ...PITWALL_KEYS,
  ...ULTRALYTICS_KEYS,
];

const byName: ReadonlyMap<string, KeySpec> = new Map(KEYS.map((spec) => [spec.key, spec]));

export function keySpec(key: string): KeySpec | undefined {
  return byName.get(key);
}

/** Names to choose from for a dotted key: those of its block, else the top-level ones and the blocks. */
export function namesBeside(key: string): readonly string[] {
  const dot = key.indexOf('.');
  if (dot < 0) return [...[...byName.keys()].filter((name) => !name.includes('.')), ...BLOCKS.keys()];
  const block = key.slice(0, dot + 1);
  return [...byName.keys()].filter((name) => name.startsWith(block));
}

export function defaultOf(spec: KeySpec, trainer: TrainerKind): unknown {
  return TRAINERS[trainer].isOwn && spec.builtinDefault !== undefined ? spec.builtinDefault : spec.default;
}

const DEFAULTS: ReadonlyMap<TrainerKind, ReadonlyMap<string, unknown>> = new Map(
  TRAINER_KINDS.map((trainer) => [
    trainer,
    new Map(KEYS.map((spec) => [spec.key, defaultOf(spec, trainer)])),
  ]),
);

/** The default of every key. */
export const defaultsFor = (trainer: TrainerKind): ReadonlyMap<string, unknown> =>
  DEFAULTS.get(trainer) ?? new Map();
