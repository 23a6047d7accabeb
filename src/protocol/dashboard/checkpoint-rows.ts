import { formatBytes, formatMetric, formatSeconds } from '../../domain/display/format';
import { isRangeTest } from '../../run/kind';
import type { CheckpointState, RunState } from '../../run/state';
import type { ViewInput } from './input';
import type { ActionView, CheckpointRow, CheckpointTable, Sentence } from './types';
import { changeOf, verdictOf } from './verdict';

/** Newest first: all, or only the `newest` so many and as many of the older ones that are kept, the best among them. */
export function checkpointRows(input: ViewInput, newest = Number.POSITIVE_INFINITY): CheckpointRow[] {
  const { keeper } = input.state;
  const bests = new Set(keeper.flatMap((entry) => (entry.type === 'best' ? [entry.epoch] : [])));
  return shownOf(input.state, newest).map((checkpoint) => rowOf(input, checkpoint, bests));
}

function shownOf({ checkpoints, best }: RunState, newest: number): CheckpointState[] {
  const all = [...checkpoints.values()].reverse();
  const older = all
    .slice(newest)
    .filter(({ kept }) => kept)
    .filter(({ pinned, epoch }, i) => i < newest || pinned || epoch === best?.epoch);
  return [...all.slice(0, newest), ...older];
}

export function checkpointTable(input: ViewInput, newest: number): CheckpointTable {
  // A range test has nothing to validate, and none of its checkpoints is kept for training.
  if (isRangeTest(input.state.run)) return { rows: [], older: 0, validated: 0 };
  const { checkpoints, validations } = input.state;
  const rows = checkpointRows(input, newest);
  return { rows, older: checkpoints.size - rows.length, validated: validations.size };
}

function rowOf(input: ViewInput, checkpoint: CheckpointState, bests: ReadonlySet<number>): CheckpointRow {
  const { state, t } = input;
  const validated = state.validations.get(checkpoint.epoch);
  const metric = (value: number | undefined): string => (value === undefined ? '' : formatMetric(value));
  return {
    epoch: checkpoint.epoch,
    best: state.best?.epoch === checkpoint.epoch,
    busy: isBeingValidated(checkpoint, state),
    map: metric(validated?.map),
    map50: metric(validated?.map50),
    precision: metric(validated?.precision),
    recall: metric(validated?.recall),
    verdict: validated ? verdictOf(state, validated, t) : waitingVerdict(checkpoint, input),
    change: validated ? changeOf(state, validated) : '',
    took: validated ? formatSeconds(validated.seconds.total, t) : '',
    size: formatBytes(checkpoint.bytes),
    kept: keptSentence(checkpoint, bests.has(checkpoint.epoch), input),
    actions: actionsOf(checkpoint, input),
  };
}

const isBeingValidated = ({ epoch, state }: CheckpointState, { status }: RunState): boolean =>
  state === 'validating' || (state === 'waiting' && status?.queue.validating === epoch);

function waitingVerdict(checkpoint: CheckpointState, { state: run, t }: ViewInput): Sentence {
  const texts: Readonly<Record<CheckpointState['state'], Sentence>> = {
    waiting: { text: t('waiting'), tone: 'quiet' },
    validating: { text: t('validating…'), tone: 'live' },
    validated: { text: '', tone: 'quiet' },
    skipped: { text: t('skipped'), tone: 'quiet' },
    failed: { text: t('validation failed'), tone: 'bad' },
  };
  return isBeingValidated(checkpoint, run) ? texts.validating : texts[checkpoint.state];
}

function keptSentence({ kept, pinned }: CheckpointState, wasBest: boolean, { t }: ViewInput): Sentence {
  if (pinned) return { text: t('pinned'), tone: 'quiet' };
  if (kept) return { text: t('kept'), tone: 'quiet' };
  return { text: wasBest ? t('best at the time · cleaned up') : t('cleaned up'), tone: 'quiet' };
}

function actionsOf({ kept, pinned, epoch, state }: CheckpointState, { t }: ViewInput): ActionView[] {
  if (!kept) return [];
  return [
    ...(state === 'validated' ? [] : [{ id: 'validate', label: t('Validate'), epoch }]),
    { id: 'tryImage', label: t('Try on an image'), epoch },
    pinned ? { id: 'unpin', label: t('Unpin'), epoch } : { id: 'pin', label: t('Pin'), epoch },
    { id: 'reveal', label: t('Reveal'), epoch },
  ];
}
