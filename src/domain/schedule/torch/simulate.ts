import { createCell, type ParamGroup, type TorchScheduler } from './cell';
import { createLeaf } from './leaf';
import { createPlateau } from './plateau';
import type { SpecOf, TorchSpec } from './spec';
import { createWarmRestarts } from './warm-restarts';

export type TorchRun = {
  readonly spec: TorchSpec;
  /** LR of each parameter group, as given to the optimizer. */
  readonly lrs: readonly number[];
  /** Values wanted: the one after construction, then one after each step(). */
  readonly steps: number;
  readonly momentum?: number;
  /** initial_lr of the groups, if the run is a resumed one. */
  readonly initialLrs?: readonly number[];
  /** Releases such as 1.13: SequentialLR begins with its first child though milestone 0 has passed (pytorch#185872). */
  readonly legacy?: boolean;
  /** The deprecated explicit count for step(), from the second value on. */
  readonly epochAt?: (t: number) => number;
};

export type TorchCurve = {
  /** Per group: LR of each step, up to the step at which the library would have raised. */
  readonly lr: readonly Float64Array[];
  readonly momentum: Float64Array;
  /** What the library would have raised, at which step. */
  readonly failure?: { readonly step: number; readonly message: string };
};

/** Steps PyTorch's schedulers one by one, quirks included: closed forms are wrong for compositions. */
export function simulateTorch(run: TorchRun): TorchCurve {
  const groups = run.lrs.map((_, group) => simulateGroup(run, group));
  const failed = groups.find((group) => group.failure !== undefined);
  const length = Math.min(...groups.map((group) => group.length));
  return {
    lr: groups.map((group) => group.lr.subarray(0, length)),
    momentum: groups[0].momentum.subarray(0, length),
    ...(failed?.failure !== undefined && { failure: { step: failed.length, message: failed.failure } }),
  };
}

type GroupCurve = {
  readonly lr: Float64Array;
  readonly momentum: Float64Array;
  readonly length: number;
  readonly failure: string | undefined;
};

function simulateGroup(run: TorchRun, group: number): GroupCurve {
  const cell = createCell({
    lr: run.lrs[group],
    initialLr: run.initialLrs?.[group],
    momentum: run.momentum ?? 0,
    group,
    legacy: run.legacy ?? false,
  });
  const lr = new Float64Array(run.steps);
  const momentum = new Float64Array(run.steps);
  const scheduler = createScheduler(run.spec, cell);
  let t = 0;
  while (t < run.steps && cell.failure === undefined) {
    lr[t] = cell.lr;
    momentum[t] = cell.momentum;
    t += 1;
    if (t < run.steps) scheduler.step(run.epochAt?.(t));
  }
  return { lr, momentum, length: t, failure: cell.failure };
}

function createScheduler(spec: TorchSpec, cell: ParamGroup): TorchScheduler {
  switch (spec.kind) {
    case 'SequentialLR':
      return createSequential(spec, createAll(spec.schedulers, cell), cell);
    case 'ChainedScheduler':
      return createChained(createAll(spec.schedulers, cell), cell);
    case 'CosineAnnealingWarmRestarts':
      return createWarmRestarts(spec, cell);
    case 'ReduceLROnPlateau':
      return createPlateau(spec, cell);
    default:
      return createLeaf(spec, cell);
  }
}

function createAll(specs: readonly TorchSpec[], cell: ParamGroup): TorchScheduler[] {
  return specs.map((spec) => createScheduler(spec, cell));
}

/** SequentialLR as pytorch 2.13 steps it; children have been constructed on the cell, in order, before. */
function createSequential(
  spec: SpecOf<'SequentialLR'>,
  children: readonly TorchScheduler[],
  cell: ParamGroup,
): TorchScheduler {
  const { milestones } = spec;
  const state = { t: (spec.last_epoch ?? -1) + 1 };
  // Continues from the last place: a search per step would cost most.
  let passed = 0;
  const childAt = (t: number): number => {
    while (passed < milestones.length && milestones[passed] <= t) passed += 1;
    return passed;
  };
  const step = (): void => {
    state.t += 1;
    const index = childAt(state.t);
    // At a milestone the child is set back to its own count 0, by closed form if it has one.
    if (index > 0 && milestones[index - 1] === state.t) children[index].updateLr(0);
    else children[index].step();
  };
  const undo = (): void => {
    for (const child of children) child.undo();
  };
  // Every child has already applied its own first factor to the group: all are undone, and the right one begins.
  cell.lr = cell.initialLr ?? cell.lr;
  undo();
  children[cell.legacy ? 0 : childAt(0)].initialStep();
  return { step, initialStep: step, updateLr: noFormula(cell), undo };
}

/** ChainedScheduler: every child steps each time, and their factors multiply on the group. */
function createChained(children: readonly TorchScheduler[], cell: ParamGroup): TorchScheduler {
  const step = (): void => {
    for (const child of children) child.step();
  };
  const undo = (): void => {
    for (const child of children) child.undo();
  };
  return { step, initialStep: step, updateLr: noFormula(cell), undo };
}

// A composition has no get_lr of its own: as a later child of SequentialLR it raises when it becomes active.
function noFormula(cell: ParamGroup): () => void {
  return () => {
    cell.failure = 'NotImplementedError: a composition cannot follow a milestone of SequentialLR';
  };
}
