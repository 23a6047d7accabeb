import { TRAINER_KINDS, type TrainerKind } from './trainers';

/**
 * What a person may write for one key of an experiment file. This table feeds the parser, hover, completion and the JSON
 * schema. Nested keys are dotted (`validation.device`).
 */
export type KeySpec = {
  readonly key: string;
  readonly kind: ValueKind;
  /** The value if the file does not set the key; `null` if that means "the trainer decides". */
  readonly default: unknown;
  /** Default of the builtin trainer if it differs from Ultralytics'. */
  readonly builtinDefault?: unknown;
  readonly choices?: readonly string[];
  /** Words that are accepted beside the kind's own values, such as `auto`. */
  readonly words?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** `min` itself is not allowed. */
  readonly above?: boolean;
  /** A list of the kind's values is accepted as well. */
  readonly list?: boolean;
  readonly unit?: string;
  readonly doc: string;
  /** Trainers that use the key. */
  readonly trainers: readonly TrainerKind[];
  /** Origin of the key: Ultralytics' argument names, or Pitwall's own. */
  readonly origin: 'ultralytics' | 'pitwall';
  /** The LR curve depends on this key: its hover shows the picture. */
  readonly shapesSchedule?: boolean;
};

export type ValueKind = 'int' | 'number' | 'bool' | 'text' | 'pattern' | 'choice' | 'texts' | 'map' | 'any';

export const EVERY_TRAINER: readonly TrainerKind[] = TRAINER_KINDS;
export const OWN_AND_ULTRALYTICS: readonly TrainerKind[] = ['builtin', 'ultralytics'];

type KeyRow = Partial<KeySpec> & Pick<KeySpec, 'key' | 'kind' | 'default' | 'doc'>;

/** A row of Ultralytics' vocabulary, used by the builtin trainer as well unless it says otherwise. */
export function ultralyticsKey(row: KeyRow): KeySpec {
  return { origin: 'ultralytics', trainers: OWN_AND_ULTRALYTICS, ...row };
}

/** A row of Pitwall's own vocabulary. */
export function ownKey(row: KeyRow): KeySpec {
  return { origin: 'pitwall', trainers: EVERY_TRAINER, ...row };
}
