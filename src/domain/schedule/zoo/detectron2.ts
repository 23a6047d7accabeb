import type { Schedule } from '../types';
import { scheduleOfFormula } from './values';

/** Detectron2's SOLVER keys, with its defaults. */
export type Detectron2Options = {
  readonly LR_SCHEDULER_NAME?: 'WarmupMultiStepLR' | 'WarmupCosineLR';
  readonly BASE_LR?: number;
  readonly BASE_LR_END?: number;
  readonly MAX_ITER?: number;
  readonly STEPS?: readonly number[];
  readonly GAMMA?: number;
  readonly WARMUP_FACTOR?: number;
  readonly WARMUP_ITERS?: number;
  readonly WARMUP_METHOD?: 'linear' | 'constant';
  /** Squeezes the main curve into what the warm-up leaves. */
  readonly RESCALE_INTERVAL?: boolean;
};

/** fvcore's slack against rounding: a whole iteration once MAX_ITER is a million. */
const WHERE_EPSILON = 1e-6;

type Main = (where: number) => number;

/** Detectron2's warm-up over multi-step or cosine decay (facts B4), as a multiple of BASE_LR over `where` in [0, 1]. */
export function detectron2Schedule(options: Detectron2Options = {}): Schedule {
  const { BASE_LR = 0.001, MAX_ITER = 40_000, WARMUP_ITERS = 1000 } = options;
  const main = mainOf(options, MAX_ITER);
  const length = Math.min(WARMUP_ITERS / MAX_ITER, 1);
  const factor = composed(options, main, length);
  return scheduleOfFormula({
    steps: MAX_ITER,
    warmupSteps: Math.min(WARMUP_ITERS, MAX_ITER),
    lrAt: (step) => BASE_LR * factor(step / MAX_ITER),
  });
}

function composed(options: Detectron2Options, main: Main, length: number): Main {
  const { WARMUP_FACTOR = 1 / 1000, RESCALE_INTERVAL = false } = options;
  const start = WARMUP_FACTOR * main(0);
  const end = RESCALE_INTERVAL ? main(0) : main(length);
  const warm: Main =
    options.WARMUP_METHOD === 'constant' ? () => start : (share) => end * share + start * (1 - share);
  const rest: Main = RESCALE_INTERVAL ? (where) => main((where - length) / (1 - length)) : main;
  if (length <= 0) return main;
  return (where) => (where + WHERE_EPSILON > length ? rest(where) : warm(where / length));
}

function mainOf(options: Detectron2Options, iterations: number): Main {
  const { STEPS = [30_000], GAMMA = 0.1, BASE_LR = 0.001, BASE_LR_END = 0 } = options;
  if (options.LR_SCHEDULER_NAME === 'WarmupCosineLR') {
    const end = BASE_LR_END / BASE_LR;
    return (where) => end + 0.5 * (1 - end) * (1 + Math.cos(Math.PI * where));
  }
  const steps = STEPS.filter((step) => step <= iterations);
  return (where) => {
    const iteration = Math.trunc((where + WHERE_EPSILON) * iterations);
    return GAMMA ** steps.filter((step) => step <= iteration).length;
  };
}
