import type { RewindSettings } from './types';

/** Also of runs that were started before there was a rewind. */
export const REWIND_DEFAULTS: RewindSettings = { tries: 3, lr_factor: 0.5, warmup_steps: 100 };
