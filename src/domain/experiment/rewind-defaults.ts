import type { RewindSettings } from './types';

/** Also for runs that were started before `rewind` existed. */
export const REWIND_DEFAULTS: RewindSettings = { tries: 3, lr_factor: 0.5, warmup_steps: 100 };
