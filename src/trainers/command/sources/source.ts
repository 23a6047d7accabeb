import type { ForeignRecord } from '../../../domain/foreign/record';

/** Where a foreign trainer's numbers are read. `poll` gives what is new since the last call and never repeats. */
export type Source = {
  poll(): Promise<readonly ForeignRecord[]>;
  /** In one line what was expected where and what is there instead: for a program that ended without a number. */
  explain?(): Promise<string>;
};
