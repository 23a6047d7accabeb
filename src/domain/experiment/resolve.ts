import type { KeyEntry } from './entries';
import { defaultOf, keySpec } from './key-table';
import { DECIDED_BY_PITWALL } from './keys-ultralytics';
import type {
  AugmentSettings,
  CheckpointSettings,
  CommandSettings,
  EarlyStopSettings,
  Experiment,
  LossSettings,
  ScheduleSettings,
  TrainerKind,
  ValidationSettings,
} from './types';

type Values = {
  /** The value of a key, already checked, or its default. */
  get<T>(key: string): T;
  isSet(key: string): boolean;
  readonly entries: ReadonlyMap<string, KeyEntry>;
  readonly trainer: TrainerKind;
};

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
    trainer,
    model: get<string | null>('model') ?? '',
    data: get<string | null>('data') ?? '',
    epochs: get('epochs'),
    batch: get('batch'),
    imgsz: largest(get('imgsz')),
    seed: get('seed'),
    device: deviceOf(get('device')),
    workers: get('workers'),
    fraction: shareOf(get('fraction')),
    single_cls: get('single_cls'),
    schedule: scheduleOf(values),
    augment: augmentOf(values),
    loss: lossOf(values),
    validation: validationOf(values),
    early_stop: earlyStopOf(values),
    checkpoints: checkpointsOf(values),
    on_divergence: get('on_divergence'),
    rewind: {
      tries: get('rewind_tries'),
      lr_factor: get('rewind_lr_factor'),
      warmup_steps: get('rewind_warmup_steps'),
    },
    clip_grad: get('clip_grad'),
    weight_ema: get('weight_ema'),
    ...(command && { command }),
    passthrough: passthroughOf(values),
    explicit,
  };
}

function valuesOf(entries: ReadonlyMap<string, KeyEntry>, trainer: TrainerKind): Values {
  const isSet = (key: string): boolean => (entries.get(key)?.value ?? null) !== null;
  const get = <T>(key: string): T => {
    const entry = entries.get(key);
    if (entry !== undefined && entry.value !== null) return entry.value as T;
    const spec = keySpec(key);
    return (spec === undefined ? undefined : defaultOf(spec, trainer)) as T;
  };
  return { get, isSet, entries, trainer };
}

function scheduleOf({ get, isSet, trainer }: Values): ScheduleSettings {
  const asked = get<string>('optimizer');
  const optimizer = trainer === 'builtin' && asked === 'auto' ? 'SGD' : asked;
  // An Adam step is as large as its LR whatever the gradient: SGD's defaults (0.01, biases from 0.1) would blow it up.
  const adam = trainer === 'builtin' && optimizer === 'AdamW';
  return {
    optimizer,
    lr0: adam && !isSet('lr0') ? 0.001 : get('lr0'),
    lrf: get('lrf'),
    cos_lr: get('cos_lr'),
    momentum: get('momentum'),
    weight_decay: get('weight_decay'),
    warmup_epochs: get('warmup_epochs'),
    warmup_momentum: get('warmup_momentum'),
    warmup_bias_lr: adam && !isSet('warmup_bias_lr') ? 0 : get('warmup_bias_lr'),
    warmup_shape: get('warmup_shape'),
    nbs: get('nbs'),
  };
}

function augmentOf({ get }: Values): AugmentSettings {
  return {
    fliplr: get('fliplr'),
    flipud: get('flipud'),
    hsv_h: get('hsv_h'),
    hsv_s: get('hsv_s'),
    hsv_v: get('hsv_v'),
    translate: get('translate'),
    scale: largest(get('scale')),
    mosaic: get('mosaic'),
    close_mosaic: get('close_mosaic'),
    mixup: get('mixup'),
    cutout: get('cutout'),
  };
}

function lossOf({ get }: Values): LossSettings {
  return { box: get('box'), cls: get('cls'), dfl: get('dfl'), label_smoothing: get('label_smoothing') };
}

function validationOf({ get }: Values): ValidationSettings {
  return {
    enabled: get('validation.enabled'),
    device: get('validation.device'),
    batch: get('validation.batch'),
    half: get('validation.half'),
    every: get('validation.every'),
    backlog: get('validation.backlog'),
    engine: get('validation.engine'),
    rule: get('validation.rule'),
    groups: get('validation.groups'),
    in_loop: get('validation.in_loop'),
  };
}

function earlyStopOf({ get, isSet, trainer }: Values): EarlyStopSettings {
  // Ultralytics' own patience counts from the raw metric.
  const asTheirs = trainer === 'ultralytics' && isSet('patience') && !isSet('early_stop.ema');
  const patience = get<number>('early_stop.patience');
  return {
    // Ultralytics: patience 0 never stops.
    enabled: get<boolean>('early_stop.enabled') && patience > 0,
    min_delta: get('early_stop.min_delta'),
    min_epochs: get('early_stop.min_epochs'),
    wait_for_decay: get('early_stop.wait_for_decay'),
    metric: get('early_stop.metric'),
    ema: asTheirs ? 1 : get('early_stop.ema'),
    patience,
  };
}

function checkpointsOf({ get }: Values): CheckpointSettings {
  return {
    every: get('checkpoints.every'),
    keep_every: get('checkpoints.keep_every'),
    keep_last: get('checkpoints.keep_last'),
    keep_best: get('checkpoints.keep_best'),
  };
}

function commandOf({ get, isSet, trainer }: Values): CommandSettings | undefined {
  if (trainer !== 'command' || !isSet('command.run')) return undefined;
  return {
    run: get('command.run'),
    ...(isSet('command.cwd') && { cwd: get<string>('command.cwd') }),
    env: get('command.env'),
    reads: get('command.reads'),
    ...(isSet('command.path') && { path: get<string>('command.path') }),
    metrics: get('command.metrics'),
  };
}

/** Arguments of Ultralytics that no field of an experiment holds, and list forms that a field cannot hold. */
function passthroughOf({ entries, trainer, isSet }: Values): Record<string, unknown> {
  if (trainer !== 'ultralytics') return {};
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
