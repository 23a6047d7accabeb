import type { KeyEntry } from './entries';
import { defaultsFor, keySpec } from './key-table';
import { DECIDED_BY_PITWALL } from './keys-ultralytics';
import { TRAINERS } from './trainers';
import {
  AUGMENT,
  CHECKPOINTS,
  COMMAND,
  type CommandSettings,
  EARLY_STOP,
  type EarlyStopSettings,
  type Experiment,
  LOSS,
  PLAIN,
  REWIND,
  SCHEDULE,
  type ScheduleSettings,
  type SettingsOf,
  type SettingsShape,
  type TrainerKind,
  VALIDATION,
} from './types';

type Values = {
  /** The value of a key, already checked, or its default. */
  get<T>(key: string): T;
  isSet(key: string): boolean;
  readonly entries: ReadonlyMap<string, KeyEntry>;
  readonly trainer: TrainerKind;
};

/** Takes the values of the keys of some settings; what has none, and is optional therefore, is left out. */
function section<S extends SettingsShape>(shape: S, prefix = ''): (get: Values['get']) => SettingsOf<S> {
  const keys = Object.keys(shape).map((name) => [name, `${prefix}${name}`] as const);
  return (get) => {
    const values: Record<string, unknown> = {};
    for (const [name, key] of keys) {
      const value = get(key) ?? undefined;
      if (value !== undefined) values[name] = value;
    }
    // Entries and defaults are checked against the key table, and the table against these shapes by a test.
    return values as SettingsOf<S>;
  };
}

const plainOf = section(PLAIN);
const schedulePartOf = section(SCHEDULE);
const augmentOf = section(AUGMENT);
const lossOf = section(LOSS);
const validationOf = section(VALIDATION, 'validation.');
const earlyStopPartOf = section(EARLY_STOP, 'early_stop.');
const checkpointsOf = section(CHECKPOINTS, 'checkpoints.');
const rewindOf = section(REWIND, 'rewind_');
const commandPartOf = section(COMMAND, 'command.');

/** Every key with a value: what the file says, else the default. Entries have been checked against the key table. */
export function resolveExperiment(
  entries: ReadonlyMap<string, KeyEntry>,
  explicit: readonly string[],
  trainer: TrainerKind,
): Experiment {
  const values = valuesOf(entries, trainer);
  const { get } = values;
  const command = commandOf(values);
  return {
    ...plainOf(get),
    trainer,
    model: get<string | null>('model') ?? '',
    data: get<string | null>('data') ?? '',
    imgsz: largest(get('imgsz')),
    device: deviceOf(get('device')),
    fraction: shareOf(get('fraction')),
    schedule: scheduleOf(values),
    augment: { ...augmentOf(get), scale: largest(get('scale')) },
    loss: lossOf(get),
    validation: validationOf(get),
    early_stop: earlyStopOf(values),
    checkpoints: checkpointsOf(get),
    rewind: rewindOf(get),
    ...(command && { command }),
    passthrough: passthroughOf(values),
    explicit,
  };
}

function valuesOf(entries: ReadonlyMap<string, KeyEntry>, trainer: TrainerKind): Values {
  const isSet = (key: string): boolean => (entries.get(key)?.value ?? null) !== null;
  const defaults = defaultsFor(trainer);
  const get = <T>(key: string): T => (entries.get(key)?.value ?? defaults.get(key)) as T;
  return { get, isSet, entries, trainer };
}

function scheduleOf({ get, isSet, trainer }: Values): ScheduleSettings {
  const asked = get<string>('optimizer');
  const optimizer = TRAINERS[trainer].isOwn && asked === 'auto' ? 'SGD' : asked;
  // An Adam step is as large as its LR whatever the gradient: SGD's defaults (0.01, biases from 0.1) would blow it up.
  const adam = TRAINERS[trainer].isOwn && optimizer === 'AdamW';
  return {
    ...schedulePartOf(get),
    optimizer,
    ...(adam && !isSet('lr0') && { lr0: 0.001 }),
    ...(adam && !isSet('warmup_bias_lr') && { warmup_bias_lr: 0 }),
  };
}

function earlyStopOf({ get, isSet, trainer }: Values): EarlyStopSettings {
  // Ultralytics' own patience counts from the raw metric.
  const asTheirs = TRAINERS[trainer].isUltralytics && isSet('patience') && !isSet('early_stop.ema');
  const patience = get<number>('early_stop.patience');
  return {
    ...earlyStopPartOf(get),
    // Ultralytics: patience 0 never stops.
    enabled: get<boolean>('early_stop.enabled') && patience > 0,
    ...(asTheirs && { ema: 1 }),
  };
}

function commandOf({ get, isSet, trainer }: Values): CommandSettings | undefined {
  if (!TRAINERS[trainer].isReader || !isSet('command.run')) return undefined;
  return commandPartOf(get);
}

/** Arguments of Ultralytics that no field of an experiment holds, and list forms that a field cannot hold. */
function passthroughOf({ entries, trainer, isSet }: Values): Record<string, unknown> {
  if (!TRAINERS[trainer].isUltralytics) return {};
  // `null` is a value if the default is not null: auto_augment: null means no augmentation.
  const says = (key: string): boolean => isSet(key) || (keySpec(key)?.default ?? null) !== null;
  const kept = [...entries.values()].filter(({ key, value }) => says(key) && passes(key, value));
  return Object.fromEntries(kept.map(({ key, value }) => [key, value]));
}

/** Pitwall acts on them, and so does Ultralytics. */
const SHARED = new Set(['val', 'patience', 'save_period']);

function passes(key: string, value: unknown): boolean {
  if (SHARED.has(key)) return true;
  if (key === 'scale') return Array.isArray(value);
  if (key === 'fraction') return typeof value !== 'number' || value > 1;
  if (key === 'nbs' || key === 'mode' || DECIDED_BY_PITWALL.has(key)) return false;
  const spec = keySpec(key);
  return spec?.origin === 'ultralytics' && !spec.trainers.includes('builtin');
}

function largest(value: number | readonly number[]): number {
  return typeof value === 'number' ? value : Math.max(...value);
}

function shareOf(value: unknown): number {
  return typeof value === 'number' && value <= 1 ? value : 1;
}

function deviceOf(value: string | readonly string[] | null): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : value.join(',');
}
