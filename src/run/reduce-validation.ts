import { isOutdated, markCheckpoint, withKey } from './reduce-shared';
import type { RunState } from './state';
import type { ValidationEntry } from './validation';

/** A line about a checkpoint that was written again later, or dropped by a resume, is about another one and is left out. */
export function applyValidationEntry(state: RunState, entry: ValidationEntry): RunState {
  if (isOutdated(state, entry)) return state;
  if (entry.type === 'compared') return withVerdict(state, entry);
  if (entry.type !== 'validation') {
    const known = state.checkpoints.get(entry.epoch)?.state === 'validated';
    return known && entry.type === 'skipped'
      ? state
      : markCheckpoint(state, entry.epoch, { state: entry.type });
  }
  const next = { ...state, validations: withKey(state.validations, entry.epoch, entry) };
  return markCheckpoint(next, entry.epoch, { state: 'validated', path: entry.path });
}

function withVerdict(state: RunState, { epoch, versusBest }: ComparedEntry): RunState {
  const validated = state.validations.get(epoch);
  if (!validated) return state;
  return { ...state, validations: withKey(state.validations, epoch, { ...validated, versusBest }) };
}

type ComparedEntry = Extract<ValidationEntry, { type: 'compared' }>;
