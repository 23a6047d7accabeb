import type { ForeignRecord } from '../../../domain/foreign/record';

/** Where a foreign trainer's numbers are read. `poll` gives what is new since the last call and never repeats. */
export type Source = { poll(): Promise<readonly ForeignRecord[]> };
