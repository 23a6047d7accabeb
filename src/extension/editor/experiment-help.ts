import { experimentCompletions } from './completion';
import { scheduleHover } from './hover';
import { scheduleHints } from './inlay-hints';
import { planOf } from './plan';

/** What the editor asks of us about a config: one part of the extension, loaded when the first is open. */
export const experimentHelp = {
  completions: experimentCompletions,
  hover: scheduleHover,
  hints: scheduleHints,
  plan: planOf,
} as const;
