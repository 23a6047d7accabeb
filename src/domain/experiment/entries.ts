import type { SourceRange } from '../../base/problem';

/** One key as it was written; nested keys are dotted. Values are plain JavaScript. */
export type KeyEntry = {
  readonly key: string;
  readonly value: unknown;
  readonly file: string;
  readonly keyRange?: SourceRange;
  readonly valueRange?: SourceRange;
};

/** The last entry of each key counts: `--set` comes after the file. */
export function lastOf(entries: readonly KeyEntry[]): ReadonlyMap<string, KeyEntry> {
  return new Map(entries.map((entry) => [entry.key, entry]));
}
