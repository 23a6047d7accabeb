import { expectedOf, shown } from './describe-value';
import type { KeySpec } from './key-spec';
import { defaultOf } from './key-table';
import type { TrainerKind } from './types';

/** The documentation of a key, in parts that a host lays out (and translates). */
export type KeyDoc = {
  readonly title: string;
  readonly text: string;
  /** "a number above 0 and at most 1" */
  readonly expected: string;
  readonly fallback: string;
  /** Trainers that use it, unless all do. */
  readonly onlyFor?: readonly TrainerKind[];
  readonly origin: KeySpec['origin'];
};

export function keyDoc(spec: KeySpec, trainer: TrainerKind = 'builtin'): KeyDoc {
  const fallback = defaultOf(spec, trainer);
  return {
    title: spec.unit === undefined ? spec.key : `${spec.key} (${spec.unit})`,
    text: spec.doc,
    expected: expectedOf(spec),
    fallback: fallback === null ? 'none' : shown(fallback),
    ...(spec.trainers.length < 3 && { onlyFor: spec.trainers }),
    origin: spec.origin,
  };
}
