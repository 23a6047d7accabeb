import { type Problem, worded } from '../../base/problem';
import { words } from '../../base/words';
import type { KeyEntry } from './entries';
import { TRAINERS } from './trainers';
import type { TrainerKind } from './types';

export const MODEL_SIZES = ['nano', 'micro'] as const;

/** Keys that exist only in Ultralytics' own dump of its arguments. */
const DUMP_KEYS = ['save_dir', 'mode', 'task'];

/**
 * The trainer, if the file does not name one: a `command` block means command; a builtin size means builtin; a .pt or
 * .yaml model or Ultralytics' own args.yaml means ultralytics; otherwise builtin for a `*.train.yaml`, which is
 * Pitwall's own, and ultralytics for any other file.
 */
export function trainerKind(
  entries: ReadonlyMap<string, KeyEntry>,
  file: string,
): { readonly kind: TrainerKind; readonly problems: readonly Problem[] } {
  const named = entries.get('trainer');
  if (named !== undefined) return { kind: named.value as TrainerKind, problems: [] };
  const kind = guess(entries, file);
  const surprising = TRAINERS[kind].isUltralytics && isOwnFile(file);
  return { kind, problems: surprising ? [guessNote(entries, file)] : [] };
}

function guess(entries: ReadonlyMap<string, KeyEntry>, file: string): TrainerKind {
  if ([...entries.keys()].some((key) => key.startsWith('command.'))) return 'command';
  const model = entries.get('model')?.value;
  if (MODEL_SIZES.some((size) => size === model)) return 'builtin';
  if (isUltralyticsModel(model) || DUMP_KEYS.some((key) => entries.has(key))) return 'ultralytics';
  return isOwnFile(file) ? 'builtin' : 'ultralytics';
}

export function isUltralyticsModel(model: unknown): boolean {
  return typeof model === 'string' && /\.(pt|ya?ml)$/i.test(model);
}

function isOwnFile(file: string): boolean {
  return /\.train\.ya?ml$/i.test(file);
}

function guessNote(entries: ReadonlyMap<string, KeyEntry>, file: string): Problem {
  const model = entries.get('model');
  const range = model?.keyRange;
  const said =
    model === undefined
      ? words("no trainer is named, and the keys are Ultralytics': trainer ultralytics is used")
      : words(
          "no trainer is named, and model {0} is Ultralytics': trainer ultralytics is used",
          String(model.value),
        );
  return {
    severity: 'info',
    ...worded(said),
    file,
    key: 'trainer',
    ...(range && { range }),
  };
}
