import type { Schedule } from '../../schedule/types';
import { type MmengineSpec, mmengineSchedule } from '../../schedule/zoo/mmengine';
import type { Context } from '../context';
import { asNumber, plain, type Scope, type Value } from '../value';
import { knownNumber } from './optimizers';

/** What each kind must have besides its type. */
const REQUIRED: Readonly<Record<MmengineSpec['type'], readonly string[]>> = {
  LinearLR: [],
  ConstantLR: [],
  PolyLR: [],
  ExponentialLR: ['gamma'],
  StepLR: ['step_size'],
  MultiStepLR: ['milestones'],
  CosineAnnealingLR: [],
  CosineRestartLR: ['periods'],
  OneCycleLR: ['eta_max'],
};

const ASSUMED_STEPS_PER_EPOCH = 100;
const ASSUMED_EPOCHS = 12;
const ASSUMED_LR = 0.02;
const MOST_STEPS = 300_000;

/** A `param_scheduler` list of an MMEngine config; undefined if nothing of it can be drawn. */
export function mmengine(value: Value, scope: Scope, context: Context): Schedule | undefined {
  const entries = value.kind === 'list' ? value.items : [value];
  const schedulers = entries.flatMap((entry) => specOf(entry, context) ?? []);
  if (schedulers.length === 0) return undefined;
  const iterations = inDict(scope.get('train_cfg'), 'max_iters');
  const lr = lrOf(scope, context);
  if (iterations !== undefined) {
    return mmengineSchedule({ lr, epochs: 1, stepsPerEpoch: limited(iterations, context), schedulers });
  }
  const epochs = epochsOf(schedulers, scope, context);
  const { assume, t } = context;
  assume(t('{0} is not known: {1} is assumed.', 'steps per epoch', ASSUMED_STEPS_PER_EPOCH));
  const stepsPerEpoch = ASSUMED_STEPS_PER_EPOCH;
  return mmengineSchedule({ lr, epochs: limited(epochs, context), stepsPerEpoch, schedulers });
}

function specOf(entry: Value, { assume, t }: Context): MmengineSpec | undefined {
  if (entry.kind !== 'dict') return undefined;
  const known = [...entry.entries].filter(([, value]) => value.kind !== 'unknown');
  const options = Object.fromEntries(known.map(([key, value]) => [key, plain(value)]));
  const type = String(options.type);
  const required = (REQUIRED as Readonly<Record<string, readonly string[]>>)[type];
  if (required?.every((name) => options[name] !== undefined && options[name] !== null)) {
    return { ...options, type } as MmengineSpec;
  }
  assume(t('{0} cannot be drawn: left out.', type));
  return undefined;
}

function limited(count: number, { assume, t }: Context): number {
  if (count <= MOST_STEPS) return Math.max(1, Math.floor(count));
  assume(t('Only the first {0} counts are drawn.', MOST_STEPS));
  return MOST_STEPS;
}

function epochsOf(schedulers: readonly MmengineSpec[], scope: Scope, { assume, t }: Context): number {
  const named = inDict(scope.get('train_cfg'), 'max_epochs') ?? knownNumber(['max_epochs'], scope)?.value;
  if (named !== undefined) return named;
  const ends = schedulers.filter((spec) => spec.by_epoch !== false).flatMap(({ end }) => end ?? []);
  const epochs = ends.length === 0 ? ASSUMED_EPOCHS : Math.max(...ends);
  assume(t('{0} is not known: {1} is assumed.', 'max_epochs', epochs));
  return epochs;
}

function lrOf(scope: Scope, { assume, t }: Context): number {
  const wrapper = scope.get('optim_wrapper');
  const optimizer = wrapper?.kind === 'dict' ? wrapper.entries.get('optimizer') : scope.get('optimizer');
  const lr = inDict(optimizer, 'lr') ?? knownNumber(['base_lr', 'lr'], scope)?.value;
  if (lr !== undefined) return lr;
  assume(t('LR not found: {0} is assumed.', ASSUMED_LR));
  return ASSUMED_LR;
}

function inDict(value: Value | undefined, key: string): number | undefined {
  return value?.kind === 'dict' ? asNumber(value.entries.get(key)) : undefined;
}
