import { TRAINERS } from '../domain/experiment/trainers';
import type { RunState } from './state';

/**
 * Epochs that a run is to have, by its trainer, else by its experiment; undefined if neither says it: of a program that is read the
 * default of `epochs` says nothing.
 */
export function plannedEpochs({ plan, run }: Pick<RunState, 'plan' | 'run'>): number | undefined {
  if (plan !== undefined && plan.epochs > 0) return plan.epochs;
  if (run === undefined) return undefined;
  const { trainer, explicit, epochs } = run.experiment.resolved;
  const isGuess = TRAINERS[trainer].isReader && !explicit.includes('epochs');
  return isGuess || epochs === 0 ? undefined : epochs;
}
