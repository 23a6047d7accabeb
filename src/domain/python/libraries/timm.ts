import { type TimmOptions, timmSchedule } from '../../schedule/zoo/timm';
import type { Arguments, Context } from '../context';
import type { Value } from '../value';
import { defined, type Options, optionsOf } from './options';

type TimmEntry = { readonly signature: string; settings(options: Options): Partial<TimmOptions> };

const WARM = 'warmup_t warmup_lr_init warmup_prefix t_in_epochs';

/** timm's classes, in their own counts (epochs, unless the training loop updates them by step). */
const CLASSES: ReadonlyMap<string, TimmEntry> = new Map<string, TimmEntry>([
  [
    'CosineLRScheduler',
    {
      signature: `optimizer t_initial lr_min cycle_mul cycle_decay cycle_limit ${WARM} noise_range_t noise_pct noise_std noise_seed k_decay`,
      settings: (options) => ({ sched: 'cosine', ...cyclic(options) }),
    },
  ],
  [
    'TanhLRScheduler',
    {
      signature: `optimizer t_initial lb ub lr_min cycle_mul cycle_decay cycle_limit ${WARM}`,
      settings: (options) => ({ sched: 'tanh', ...cyclic(options) }),
    },
  ],
  [
    'PolyLRScheduler',
    {
      signature: `optimizer t_initial power lr_min cycle_mul cycle_decay cycle_limit ${WARM} noise_range_t noise_pct noise_std noise_seed k_decay`,
      settings: (options) => ({
        sched: 'poly',
        ...cyclic(options),
        decay_rate: options.optional('power') ?? 0.5,
      }),
    },
  ],
  [
    'StepLRScheduler',
    {
      signature: `optimizer decay_t decay_rate ${WARM}`,
      settings: (options) => ({
        sched: 'step',
        decay_epochs: options.number('decay_t', 30),
        decay_rate: options.optional('decay_rate') ?? 1,
        warmup_prefix: options.flag('warmup_prefix') ?? true,
        num_epochs: 4 * options.number('decay_t', 30),
      }),
    },
  ],
  [
    'MultiStepLRScheduler',
    {
      signature: `optimizer decay_t decay_rate ${WARM}`,
      settings: (options) => {
        const milestones = options.numbers('decay_t') ?? [];
        return {
          sched: 'multistep',
          decay_milestones: milestones,
          decay_rate: options.optional('decay_rate') ?? 1,
          warmup_prefix: options.flag('warmup_prefix') ?? true,
          num_epochs: Math.ceil(1.25 * Math.max(4, ...milestones)),
        };
      },
    },
  ],
]);

function cyclic({ number, optional, flag }: Options): Partial<TimmOptions> {
  return {
    num_epochs: number('t_initial', 100),
    min_lr: optional('lr_min') ?? 0,
    cycle_mul: optional('cycle_mul') ?? 1,
    cycle_decay: optional('cycle_decay') ?? 1,
    cycle_limit: optional('cycle_limit') ?? 1,
    warmup_prefix: flag('warmup_prefix') ?? false,
    k_decay: optional('k_decay') ?? 1,
  };
}

export function timmScheduler(name: string, args: Arguments, context: Context): Value | undefined {
  if (name === 'create_scheduler_v2') return created(args, context);
  const entry = CLASSES.get(name);
  if (entry === undefined) return undefined;
  const options = optionsOf(args, entry.signature, context);
  const settings = {
    updates_per_epoch: 1,
    warmup_epochs: options.optional('warmup_t') ?? 0,
    warmup_lr: options.optional('warmup_lr_init') ?? 0,
    ...entry.settings(options),
  };
  return schedulerOf(options, settings);
}

const WORDS = new Set(['cosine', 'tanh', 'step', 'constant', 'multistep', 'poly', 'wsd', 'rsqrt']);

function created(args: Arguments, context: Context): Value | undefined {
  const options = optionsOf(args, 'optimizer sched num_epochs decay_epochs decay_milestones', context);
  const { optional, flag, numbers } = options;
  const sched = options.word('sched') ?? 'cosine';
  if (!WORDS.has(sched)) return undefined;
  const byStep = flag('step_on_epochs') === false;
  const settings = {
    sched: sched as TimmOptions['sched'],
    updates_per_epoch: byStep ? options.number('updates_per_epoch', 100) : 1,
    step_on_epochs: !byStep,
    decay_milestones: numbers('decay_milestones'),
    warmup_prefix: flag('warmup_prefix'),
    ...Object.fromEntries(CREATED_NUMBERS.map((name) => [name, optional(name)])),
  };
  return schedulerOf(options, { updates_per_epoch: settings.updates_per_epoch, ...defined(settings) });
}

const CREATED_NUMBERS = [
  'num_epochs',
  'decay_epochs',
  'cooldown_epochs',
  'decay_rate',
  'min_lr',
  'warmup_lr',
  'warmup_epochs',
  'cycle_mul',
  'cycle_decay',
  'cycle_limit',
  'k_decay',
] as const;

function schedulerOf(
  { given }: Options,
  settings: Partial<TimmOptions> & Pick<TimmOptions, 'updates_per_epoch'>,
): Value {
  const draw = (lr: number) => {
    const schedule = timmSchedule({ lr, ...settings });
    return settings.updates_per_epoch === 1 ? { ...schedule, unit: 'epoch' as const } : schedule;
  };
  return {
    kind: 'scheduler',
    scheduler: { library: 'other', length: draw(1).steps, optimizer: given.get('optimizer'), draw },
  };
}
