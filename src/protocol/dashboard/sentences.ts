import type { RunState } from '../../run/state';
import { isFinal, stateOf } from './header';
import type { ViewInput } from './input';
import type { Sentence, Tone } from './types';

/** Alerts older than this many seconds no longer stand above a run that goes on. */
const ALERT_SECONDS = 15 * 60;
const MOST_ALERTS = 3;

/** What a person should know beyond the numbers: trouble first, then how a run ended. At most a few. */
export function sentencesOf(input: ViewInput): Sentence[] {
  const { state } = input;
  return [...outcome(input), ...validatorTrouble(state), ...alerts(input), ...(input.advice ?? [])];
}

function outcome(input: ViewInput): Sentence[] {
  const { state, presence } = input;
  const name = stateOf(input);
  const reason = presence?.note ?? state.status?.reason ?? state.end?.message;
  if (reason === undefined || reason === '') return [];
  const tones: Partial<Record<typeof name, Tone>> = { failed: 'bad', diverged: 'bad', lost: 'bad' };
  return [{ text: reason, tone: tones[name] ?? 'quiet' }];
}

function validatorTrouble({ status }: RunState): Sentence[] {
  return status?.validatorProblem ? [{ text: status.validatorProblem, tone: 'bad' }] : [];
}

function alerts(input: ViewInput): Sentence[] {
  const { state, now } = input;
  const tones = { info: 'quiet', warning: 'warning', error: 'bad' } as const;
  const said = new Set([state.status?.reason, state.status?.validatorProblem, state.end?.message]);
  return state.alerts
    .filter((a) => a.severity !== 'info' && !said.has(a.message))
    .filter((a) => isFinal(input) || now - a.t < ALERT_SECONDS * 1000)
    .slice(-MOST_ALERTS)
    .map((a) => ({ text: a.message, tone: tones[a.severity] }));
}
