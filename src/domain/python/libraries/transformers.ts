import {
  type TransformersName,
  type TransformersOptions,
  transformersSchedule,
} from '../../schedule/zoo/transformers';
import type { Arguments, Context } from '../context';
import type { Value } from '../value';
import { defined, type Options, optionsOf } from './options';

type TransformersEntry = { readonly name: TransformersName; readonly signature: string };

const WARM = 'optimizer num_warmup_steps num_training_steps';

/** The functions of Hugging Face's optimization module with the order of their arguments. */
const FUNCTIONS: ReadonlyMap<string, TransformersEntry> = new Map<string, TransformersEntry>([
  ['get_constant_schedule', { name: 'constant', signature: 'optimizer last_epoch' }],
  [
    'get_constant_schedule_with_warmup',
    { name: 'constant_with_warmup', signature: 'optimizer num_warmup_steps last_epoch' },
  ],
  ['get_linear_schedule_with_warmup', { name: 'linear', signature: `${WARM} last_epoch` }],
  ['get_cosine_schedule_with_warmup', { name: 'cosine', signature: `${WARM} num_cycles last_epoch` }],
  [
    'get_cosine_with_hard_restarts_schedule_with_warmup',
    { name: 'cosine_with_restarts', signature: `${WARM} num_cycles last_epoch` },
  ],
  [
    'get_polynomial_decay_schedule_with_warmup',
    { name: 'polynomial', signature: `${WARM} lr_end power last_epoch` },
  ],
  [
    'get_inverse_sqrt_schedule',
    { name: 'inverse_sqrt', signature: 'optimizer num_warmup_steps timescale last_epoch' },
  ],
  [
    'get_cosine_with_min_lr_schedule_with_warmup',
    { name: 'cosine_with_min_lr', signature: `${WARM} num_cycles last_epoch min_lr min_lr_rate` },
  ],
  [
    'get_cosine_with_min_lr_schedule_with_warmup_lr_rate',
    {
      name: 'cosine_warmup_with_min_lr',
      signature: `${WARM} num_cycles last_epoch min_lr min_lr_rate warmup_lr_rate`,
    },
  ],
  [
    'get_wsd_schedule',
    {
      name: 'warmup_stable_decay',
      signature:
        'optimizer num_warmup_steps num_decay_steps num_training_steps num_stable_steps warmup_type decay_type min_lr_ratio num_cycles last_epoch',
    },
  ],
]);

const NAMES: ReadonlyMap<string, TransformersName> = new Map(
  [...FUNCTIONS.values()].map(({ name }) => [name, name] as const),
);

const ASSUMED_STEPS = 1000;
const ENDLESS = new Set<TransformersName>(['constant', 'constant_with_warmup', 'inverse_sqrt']);

export function transformersScheduler(name: string, args: Arguments, context: Context): Value | undefined {
  const entry = FUNCTIONS.get(name);
  if (entry !== undefined) return scheduler(entry.name, optionsOf(args, entry.signature, context));
  if (name !== 'get_scheduler') return undefined;
  const signature = 'name optimizer num_warmup_steps num_training_steps scheduler_specific_kwargs';
  const options = optionsOf(withSpecific(args), signature, context);
  const chosen = NAMES.get(options.word('name') ?? '');
  return chosen && scheduler(chosen, options);
}

function withSpecific({ positional, named }: Arguments): Arguments {
  const specific = named.get('scheduler_specific_kwargs') ?? positional[4];
  return { positional, named: specific?.kind === 'dict' ? new Map([...named, ...specific.entries]) : named };
}

function scheduler(name: TransformersName, options: Options): Value {
  const { number, optional, word } = options;
  const warm = optional('num_warmup_steps') ?? 0;
  const wsd = name === 'warmup_stable_decay';
  const own = lengthOf(name, options, warm);
  const shape = (key: string) => word(key) as TransformersOptions['warmup_type'];
  const settings = {
    num_warmup_steps: warm,
    num_cycles: optional('num_cycles'),
    lr_end: optional('lr_end'),
    power: optional('power'),
    timescale: optional('timescale'),
    min_lr: optional('min_lr'),
    min_lr_rate: optional('min_lr_rate'),
    warmup_lr_rate: optional('warmup_lr_rate'),
    num_stable_steps: optional('num_stable_steps'),
    num_decay_steps: wsd ? number('num_decay_steps', ASSUMED_STEPS / 10) : undefined,
    min_lr_ratio: optional('min_lr_ratio'),
    warmup_type: shape('warmup_type'),
    decay_type: shape('decay_type'),
  };
  return {
    kind: 'scheduler',
    scheduler: {
      library: 'other',
      length: own,
      optimizer: options.given.get('optimizer'),
      draw: (lr, steps) =>
        transformersSchedule({ name, lr, num_training_steps: own ?? steps, ...defined(settings) }),
    },
  };
}

function lengthOf(name: TransformersName, options: Options, warm: number): number | undefined {
  const { number, optional } = options;
  if (ENDLESS.has(name)) return optional('num_training_steps');
  const stable = optional('num_stable_steps');
  if (name === 'warmup_stable_decay' && stable !== undefined && !options.given.has('num_training_steps')) {
    return warm + stable + number('num_decay_steps', ASSUMED_STEPS / 10);
  }
  return number('num_training_steps', ASSUMED_STEPS);
}
