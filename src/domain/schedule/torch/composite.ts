import type { ParamGroup, TorchScheduler } from './cell';
import type { SpecOf } from './spec';

/** SequentialLR as pytorch 2.13 steps it; children have been constructed on the cell, in order, before. */
export function createSequential(
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
export function createChained(children: readonly TorchScheduler[], cell: ParamGroup): TorchScheduler {
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
