import { type Words, words } from '../base/words';

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

// Apart from the files that hold them: code that only names a state needs no check and loads none.
export const RUN_STATES = [
  'starting',
  'running',
  'paused',
  'stopping',
  'validating',
  'completed',
  'stopped',
  'failed',
  'diverged',
  'lost',
] as const;
export type RunStateName = (typeof RUN_STATES)[number];
export const FINAL_STATES: ReadonlySet<RunStateName> = new Set([
  'paused',
  'completed',
  'stopped',
  'failed',
  'diverged',
  'lost',
]);
