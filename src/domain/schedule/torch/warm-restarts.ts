import { accurateLog } from '../accurate-log';
import type { ParamGroup, TorchScheduler } from './cell';
import { initialState } from './leaf';
import type { SpecOf } from './spec';

/** CosineAnnealingWarmRestarts (Loshchilov and Hutter 2016), which steps by its own rules and takes fractional epochs. */
export function createWarmRestarts(
  spec: SpecOf<'CosineAnnealingWarmRestarts'>,
  cell: ParamGroup,
): TorchScheduler {
  const { T_0, T_mult = 1, eta_min = 0 } = spec;
  const state = initialState(spec, cell);
  const cycle = { current: state.lastEpoch, length: T_0 };
  const setLr = (): void => {
    const angle = (Math.PI * cycle.current) / cycle.length;
    cell.lr = eta_min + ((state.baseLr - eta_min) * (1 + Math.cos(angle))) / 2;
  };
  const advance = (): void => {
    cycle.current += 1;
    if (cycle.current < cycle.length) return;
    cycle.current %= cycle.length;
    cycle.length *= T_mult;
  };
  const step = (epoch?: number): void => {
    const explicit = epoch ?? (state.lastEpoch < 0 ? 0 : undefined);
    if (explicit === undefined) advance();
    else jump(cycle, explicit, T_0, T_mult);
    state.lastEpoch = Math.floor(explicit ?? state.lastEpoch + 1);
    setLr();
  };
  const scheduler: TorchScheduler = {
    step,
    initialStep: () => step(),
    // There is no closed form: at a milestone of SequentialLR the place in the cycle stays what it was.
    updateLr: (epoch) => {
      state.lastEpoch = epoch ?? state.lastEpoch + 1;
      setLr();
    },
    undo: () => {
      state.lastEpoch -= 1;
    },
  };
  scheduler.initialStep();
  return scheduler;
}

// int(log(x, T_mult)) can fall one short at exact boundaries, such as log(243, 3); the library has the same gap.
function jump(cycle: { current: number; length: number }, epoch: number, T_0: number, T_mult: number): void {
  if (epoch < T_0) {
    cycle.length = T_0;
    cycle.current = epoch;
  } else if (T_mult === 1) {
    cycle.current = epoch % T_0;
  } else {
    const n = Math.trunc(accurateLog((epoch / T_0) * (T_mult - 1) + 1) / accurateLog(T_mult));
    cycle.current = epoch - (T_0 * (T_mult ** n - 1)) / (T_mult - 1);
    cycle.length = T_0 * T_mult ** n;
  }
}
