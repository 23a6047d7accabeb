import type { TorchSpec } from '../schedule/torch/spec';
import type { Schedule } from '../schedule/types';
import { drawnTorchSchedule } from '../schedule/zoo/torch';
import type { Context } from './context';
import { knownNumber, lrsOf } from './libraries/optimizers';
import type { Scheduler, Scope } from './value';

/** A scheduler over its own length, or over the run's if the file states it. */
export function draw(scheduler: Scheduler, scope: Scope, context: Context): Schedule {
  const lrs = lrsOf(scheduler.optimizer, scope, context);
  if (scheduler.library === 'other') {
    return scheduler.draw(lrs[0], scheduler.length ?? runLength(scope, context, ASSUMED));
  }
  const { spec } = scheduler;
  const steps = clipped(ownLength(spec) ?? runLength(scope, context, guessedLength(spec)), spec, context);
  const { schedule, failure } = drawnTorchSchedule({ spec, lrs, steps, momentum: 0.9, unit: 'step' });
  if (failure !== undefined) {
    context.assume(context.t('PyTorch stops at count {0}: {1}', failure.step, failure.message));
  }
  return schedule;
}

const ASSUMED = 100;
/** Limit for what can only be stepped: beyond it a hover would take too long. */
const MOST_STEPPED = 50_000;
const MOST = 100_000_000;

const RUN_NAMES =
  'total_steps num_steps max_steps num_training_steps total_iters max_iters epochs num_epochs n_epochs max_epochs total_epochs EPOCHS NUM_EPOCHS N_EPOCHS MAX_EPOCHS args.epochs opt.epochs cfg.epochs self.epochs'.split(
    ' ',
  );

function runLength(scope: Scope, context: Context, guess: number): number {
  const found = knownNumber(RUN_NAMES, scope);
  const { assume, t } = context;
  if (found !== undefined && found.value >= 1) {
    assume(t('Drawn over {0} counts of scheduler.step(), as {1} says.', found.value, found.name));
    return Math.floor(found.value);
  }
  assume(t('How long it runs is not known: {0} counts of scheduler.step() are assumed.', guess));
  return guess;
}

function clipped(steps: number, spec: TorchSpec, { assume, t }: Context): number {
  const most = isSteppedOnly(spec) ? MOST_STEPPED : MOST;
  const whole = Math.max(1, Math.floor(steps));
  if (whole <= most) return whole;
  assume(t('Only the first {0} counts are drawn.', most));
  return most;
}

/** A factor from the file for every step, one after the other. */
function isSteppedOnly(spec: TorchSpec): boolean {
  if (spec.kind === 'MultiplicativeLR') return true;
  if (spec.kind === 'ChainedScheduler') return spec.schedulers.some(hasLambda);
  return spec.kind === 'SequentialLR' && spec.schedulers.some(isSteppedOnly);
}

function hasLambda(spec: TorchSpec): boolean {
  if ('schedulers' in spec) return spec.schedulers.some(hasLambda);
  return 'lr_lambda' in spec;
}

/** The length that a scheduler is made for; undefined if it has no end. */
function ownLength(spec: TorchSpec): number | undefined {
  switch (spec.kind) {
    case 'CosineAnnealingLR':
      return spec.T_max;
    case 'OneCycleLR':
      return spec.total_steps;
    case 'PolynomialLR':
      return spec.total_iters ?? 5;
    case 'SequentialLR':
      return afterMilestone(spec, ownLength);
    case 'ChainedScheduler':
      return longest(spec.schedulers.map(ownLength));
    default:
      return undefined;
  }
}

type Composition = Extract<TorchSpec, { kind: 'SequentialLR' }>;

function afterMilestone(
  { schedulers, milestones }: Composition,
  lengthOf: (spec: TorchSpec) => number | undefined,
): number | undefined {
  const last = schedulers.at(-1);
  const length = last && lengthOf(last);
  return length === undefined ? undefined : Math.max(0, ...milestones) + length;
}

function longest(lengths: readonly (number | undefined)[]): number | undefined {
  const known = lengths.filter((length) => length !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Long enough to see what an endless scheduler does. */
function guessedLength(spec: TorchSpec): number {
  switch (spec.kind) {
    case 'StepLR':
      return 4 * spec.step_size;
    case 'MultiStepLR':
      return Math.ceil(1.25 * Math.max(4, ...spec.milestones));
    case 'CosineAnnealingWarmRestarts':
      return spec.T_0 * (1 + (spec.T_mult ?? 1) + (spec.T_mult ?? 1) ** 2);
    case 'CyclicLR':
      return 3 * ((spec.step_size_up ?? 2000) + (spec.step_size_down ?? spec.step_size_up ?? 2000));
    case 'LinearLR':
    case 'ConstantLR':
      return Math.max(10, 2 * (spec.total_iters ?? 5));
    case 'SequentialLR':
      return afterMilestone(spec, guessedLength) ?? ASSUMED;
    case 'ChainedScheduler':
      return Math.max(...spec.schedulers.map(guessedLength));
    default:
      return ASSUMED;
  }
}
