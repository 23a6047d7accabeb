import { type Words, words } from '../base/words';
import type { RunStateName } from './state-names';

/** A state within a sentence. */
export const STATE_WORDS: Readonly<Record<RunStateName, Words>> = {
  starting: words('starting'),
  running: words('running'),
  paused: words('paused'),
  stopping: words('stopping'),
  validating: words('validating'),
  completed: words('completed'),
  stopped: words('stopped'),
  failed: words('failed'),
  diverged: words('diverged'),
  lost: words('lost'),
};
