import type { Formula, LeafState, ParamGroup, TorchScheduler } from './cell';
import { formulaOf } from './formulas';
import type { TorchSpec } from './spec';

/** A plain scheduler: a formula over its state, stepped the way LRScheduler steps (pytorch 2.13). */
export function createLeaf(spec: TorchSpec, cell: ParamGroup): TorchScheduler {
  const formula = formulaOf(spec, cell);
  const scheduler = leafScheduler(formula, cell, initialState(spec, cell));
  scheduler.initialStep();
  return scheduler;
}

export function initialState(spec: TorchSpec, cell: ParamGroup): LeafState {
  const lastEpoch = spec.last_epoch ?? -1;
  if (lastEpoch === -1) cell.initialLr ??= cell.lr;
  else if (cell.initialLr === undefined) cell.failure = "KeyError: param 'initial_lr' is not specified";
  return { lastEpoch, stepCount: 0, isInitial: false, baseLr: cell.initialLr ?? cell.lr };
}

function leafScheduler(formula: Formula, cell: ParamGroup, state: LeafState): TorchScheduler {
  const closed = formula.closed ?? formula.next;
  const updateLr = (epoch?: number): void => {
    state.lastEpoch = epoch ?? state.lastEpoch + 1;
    // In old releases count 0 meant "just constructed", even if a child reached it late.
    const seen = cell.legacy && state.lastEpoch === 0 ? { ...state, isInitial: true } : state;
    cell.lr = (epoch === undefined ? formula.next : closed)(seen);
    formula.afterUpdate?.(state);
  };
  const step = (epoch?: number): void => {
    state.stepCount += 1;
    updateLr(epoch);
  };
  const initialStep = (): void => {
    state.stepCount = 0;
    state.isInitial = true;
    step();
    state.isInitial = false;
  };
  const undo = (): void => {
    state.lastEpoch -= 1;
  };
  return { step, initialStep, updateLr, undo };
}
