import type { ListedDifference } from '../../domain/compare/verdict';
import type { Cell } from '../../domain/runs-table/row';
import type { Tone } from '../dashboard/types';

// Host <-> the page of all runs, over a Channel. The page filters, sorts and groups by itself, with what `pitwall list`
// uses: it is sent each run once, and again when it changes.

/** One run: its facts and settings by column. */
export type TableRow = {
  readonly dir: string;
  readonly cells: Readonly<Record<string, Cell>>;
  /** The state in the reader's language. */
  readonly state: string;
  readonly tone: Tone;
  readonly archived: boolean;
  /** What `map` is of, if not of boxes, and whether it is the trainer's own. */
  readonly mapNote: string;
};

/** Event `update`. `seq` counts up by one; a page that sees a gap opens again and gets a reset. */
export type TableUpdate = {
  readonly seq: number;
  readonly reset: boolean;
  /** New runs, and those that changed. */
  readonly rows: readonly TableRow[];
  /** Folders of runs that are gone. */
  readonly gone: readonly string[];
  /** Whether every run that there is has been sent. */
  readonly whole: boolean;
};

export type TableDifference = ListedDifference & { readonly dir: string };

/** Requests of the page. method -> params and result. */
export type TableMethods = {
  open: { params: Record<string, never>; result: undefined };
  act: { params: { readonly id: string; readonly dirs: readonly string[] }; result: undefined };
  /** The best of each run less that of the baseline; runs that were not judged on the same draws are left out. */
  differences: {
    params: { readonly baseline: string; readonly dirs: readonly string[] };
    result: readonly TableDifference[];
  };
  copy: { params: { readonly text: string; readonly what: string }; result: undefined };
};

/** Comparing reads what each run has kept of its validations: of more than this the page would be slow. */
export const MOST_COMPARED = 200;
