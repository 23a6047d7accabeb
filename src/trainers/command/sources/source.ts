import type { ForeignRecord } from '../../../domain/foreign/record';
import type { TrainerEvent } from '../../../run/events';

/** A foreign record, or an event as our own runner writes it from within the program. */
export type SourceRecord = ForeignRecord | { readonly kind: 'event'; readonly event: TrainerEvent };

/** A source of a foreign trainer's numbers. `poll` returns what is new since the last call and never repeats. */
export type Source = {
  poll(): Promise<readonly SourceRecord[]>;
  /** In one line what was expected where and what is there instead: for a program that ended without a number. */
  explain?(): Promise<string>;
};
