import type { Translate } from '../../base/translate';
import { say } from '../../base/words';
import { describeRange } from '../../domain/display/lr-range';
import { topicOfAlarm } from '../../domain/display/statistics-page';
import { readRange } from '../../domain/lr-range/suggest';
import { isOutOfReach, isRangeTest, topicOfEnd } from '../../run/kind';
import type { RunState } from '../../run/state';
import { alarmButton, alertText, isOffered, saidText, validatorText } from '../alert-text';
import { nextSteps } from '../next-step';
import { rangePoints } from '../range-points';
import type { Alert } from './alarm-marks';
import type { ViewInput } from './input';
import { currentAlerts, isFinal, stateOf } from './run-facts';
import type { Sentence, Tone } from './types';

const MOST_ALERTS = 3;

/** `words`: what it says without the advice. */
type Spoken = { readonly sentence: Sentence; readonly words: string };

/**
 * What a person should know besides the numbers: how a run ended, its trouble, then advice. If an alarm that is shown says
 * the same as a line on the end, the alarm alone is shown: it has the advice and the button as well. Nothing else is left
 * out for its words: they are a stranger's, who could hide an alarm of his run by them.
 */
export function sentencesOf(input: ViewInput): Sentence[] {
  const lines = [...outcome(input), ...validatorTrouble(input.state, input.t)];
  const alerts = currentAlerts(input)
    .slice(-MOST_ALERTS)
    .map((alert) => spokenOf(alert, input));
  const answered = lines.map((line) => alerts.findLast(({ words }) => words === line.text));
  const first = lines.map((line, i) => withTone(answered[i]?.sentence ?? line, line.tone));
  const others = alerts.filter((alert) => !answered.includes(alert)).map(({ sentence }) => sentence);
  return [...first, ...others, ...stepSentences(input), ...(input.advice ?? [])];
}

/** What comes next, once a run has ended; what the header has a button for has none here. */
function stepSentences(input: ViewInput): Sentence[] {
  const name = stateOf(input);
  const { state, t } = input;
  if (input.other || name === 'preview' || isOutOfReach(state.run, input.presence?.where)) return [];
  // The tile of mAP names the best, and the header has the buttons for it.
  const steps = nextSteps(state, name, endReason(input)?.message).filter(({ kind }) => kind !== 'best');
  return steps.map((step) => ({
    text: say(step.said, t),
    tone: 'quiet',
    ...(step.kind === 'cause' && { action: alarmButton(step.action, t) }),
  }));
}

/** Two lines became one: it is as bad as the worse of them. */
const withTone = (sentence: Sentence, other: Tone): Sentence =>
  other === 'bad' ? { ...sentence, tone: other } : sentence;

function outcome(input: ViewInput): Sentence[] {
  const name = stateOf(input);
  const reason = rangeReason(input) ?? reasonOf(input);
  if (reason === undefined || reason === '') return [];
  const tones: Partial<Record<typeof name, Tone>> = { failed: 'bad', diverged: 'bad', lost: 'bad' };
  const topic = name === 'preview' ? undefined : topicOfEnd(input.state, name);
  return [{ text: reason, tone: tones[name] ?? 'quiet', ...(topic && { topic }) }];
}

/** The first that says something: who lives, what the keeper wrote, what the trainer said at its end. */
function reasonOf(input: ViewInput): string | undefined {
  const found = endReason(input);
  return found && saidText({ message: found.message ?? '', said: found.said }, input.t);
}

function endReason({ state, presence }: ViewInput) {
  const sources = [
    { message: presence?.note, said: presence?.said },
    { message: state.status?.reason, said: state.status?.said },
    { message: state.end?.message, said: state.end?.said },
  ];
  return sources.find(({ message }) => message !== undefined);
}

/** What a range test found, in the reader's language. */
function rangeReason({ state, t, ...input }: ViewInput): string | undefined {
  const isDone = isRangeTest(state.run) && stateOf({ state, ...input }) === 'completed';
  return isDone ? describeRange(readRange(rangePoints(state)), t) : undefined;
}

function validatorTrouble({ status }: RunState, t: Translate): Sentence[] {
  const text = status && validatorText(status, t);
  return text === undefined ? [] : [{ text, tone: 'bad' }];
}

const TONES = { info: 'quiet', warning: 'warning', error: 'bad' } as const;

function spokenOf(alert: Alert, input: ViewInput): Spoken {
  const topic = topicOfAlarm(alert.rule);
  const sentence = {
    text: alertText(alert, input.t),
    tone: TONES[alert.severity],
    ...actionOf(alert, input),
    ...(topic && { topic }),
  };
  return { sentence, words: ownWords(alert, sentence.text, input.t) };
}

/** The advice is beside them if the alert has both as values; a message of another version is all there is. */
function ownWords({ said, next }: Alert, text: string, t: Translate): string {
  if (said === undefined || next === undefined) return text;
  const words = say(said, t);
  return text.startsWith(words) ? words : text;
}

/** Not if the run is on a machine that does not answer. */
function actionOf({ action }: Alert, input: ViewInput): Pick<Sentence, 'action'> {
  const isSilenced = isOutOfReach(input.state.run, input.presence?.where);
  if (!action || isSilenced || !isOffered(action, input.state.run, !isFinal(input))) return {};
  return { action: alarmButton(action, input.t) };
}
