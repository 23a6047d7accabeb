import type { KeeperEntry } from './keeper-entry';
import type { RunState } from './state';

/** What does not fit together in the files of a run, and lines that could not be understood, each as one line. */
export function problemsOf(state: RunState): readonly string[] {
  const other = otherBest(state);
  return other === undefined ? state.problems : [...state.problems, other];
}

/** The keeper takes the mAP of its best from that epoch's validation: another one means that a file is of another run. */
function otherBest({ best, validations, keeper }: RunState): string | undefined {
  const validated = best && validations.get(best.epoch);
  if (!validated) return undefined;
  const { epoch, map, t } = validated;
  const noted = keeper.findLast((entry) => entry.type === 'best' && entry.epoch === epoch);
  if (noted?.type !== 'best' || noted.map === map) return undefined;
  // Asked for, a checkpoint is validated again, and the best stays the best.
  if (t > noted.t && keeper.some((entry) => asksFor(entry, epoch))) return undefined;
  return `validation: the best, epoch ${epoch}, has mAP50-95 ${map.toFixed(3)}, and its keeper noted ${noted.map.toFixed(3)}: one of validation.jsonl and keeper.jsonl is of another run`;
}

const asksFor = (entry: KeeperEntry, epoch: number): boolean =>
  entry.type === 'answer' && entry.request.type === 'validate' && entry.request.epoch === epoch;
