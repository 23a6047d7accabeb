import type { Translate } from '../../base/translate';
import { formatCount, formatDuration } from '../../domain/display/format';
import { isOutOfReach, isRangeTest } from '../../run/kind';
import { plannedEpochs } from '../../run/planned-epochs';
import type { RunState } from '../../run/state';
import type { RunStateName } from '../../run/state-names';
import { canRewind, hasDiverged } from '../rewind-target';
import { compareHeader, tableMetrics } from './compare-sections';
import { lastOf, totalSteps, type ViewInput } from './input';
import { nameOf } from './other-run';
import { currentEpoch, isFinal, isSilent, STATE_TONES, secondsLeft, stateLabel, stateOf } from './run-facts';
import type { ActionView, HeaderView } from './types';

export function headerOf(input: ViewInput): HeaderView {
  if (input.other) return compareHeader(input, input.other);
  const { state } = input;
  const name = stateOf(input);
  const stalled = state.status?.stalled === true && name === 'running';
  return {
    name: nameOf(input),
    state: name,
    stateLabel: labelOf(input, name, stalled),
    tone: isSilent(input) ? 'quiet' : stalled ? 'warning' : STATE_TONES[name],
    facts: factsOf(input),
    device: state.hello?.device ?? '',
    hasGpu: state.gpu.length > 0,
    progress: progressOf(input),
    actions: actionsOf(input),
    metrics: tableMetrics(state),
  };
}

function labelOf({ state, t }: ViewInput, name: RunStateName | 'preview', stalled: boolean): string {
  if (stalled) return t('Stalled');
  const isQueued = name === 'starting' && state.run?.after !== undefined && state.hello === undefined;
  return isQueued && state.status?.reason ? t('Queued') : stateLabel(name, t, state.run);
}

function progressOf(input: ViewInput): number | undefined {
  const total = totalSteps(input);
  const { step } = input.state.steps;
  if (total === undefined || total === 0) return undefined;
  return step.length === 0 ? 0 : Math.min(1, (lastOf(step.view()) + 1) / total);
}

function factsOf(input: ViewInput): string[] {
  const { state, t } = input;
  const facts = [...epochFacts(state, t), ...stepFacts(state, t)];
  const left = secondsLeft(input);
  if (left !== undefined) facts.push(t('{0} left', formatDuration(left, t)));
  if (isFinal(input)) facts.push(...durationFacts(state, t));
  return facts;
}

function epochFacts(state: RunState, t: Translate): string[] {
  const epoch = currentEpoch(state);
  const epochs = plannedEpochs(state);
  if (epoch === undefined) return epochs === undefined ? [] : [t('{0} epochs', epochs)];
  return [epochs === undefined ? t('epoch {0}', epoch) : t('epoch {0} of {1}', epoch, epochs)];
}

function stepFacts({ steps: { step } }: RunState, t: Translate): string[] {
  return step.length === 0 ? [] : [t('step {0}', formatCount(lastOf(step.view())))];
}

function durationFacts({ steps: { t: time } }: RunState, t: Translate): string[] {
  if (time.length < 2) return [];
  return [t('took {0}', formatDuration((time.at(time.length - 1) - time.at(0)) / 1000, t))];
}

function actionsOf(input: ViewInput): readonly ActionView[] {
  const { state, t } = input;
  const name = stateOf(input);
  if (name === 'preview') return [{ id: 'start', label: t('Start Training'), primary: true }];
  const isHere = !isOutOfReach(state.run, input.presence?.where);
  if (isHere && isRangeTest(state.run)) return rangeActions(input);
  return [...trainingActions(name, input), { id: 'export', label: t('Export Run…'), icon: 'export' }];
}

function trainingActions(name: RunStateName, input: ViewInput): readonly ActionView[] {
  const { state, t } = input;
  // A machine that is gone does not answer; resuming here is confirmed first.
  if (isOutOfReach(state.run, input.presence?.where)) return endedActions(name, input);
  if (name === 'running' || name === 'starting') return steering(state, t);
  return name === 'stopping' || name === 'validating' ? [] : endedActions(name, input);
}

function endedActions(name: RunStateName, { state, t }: ViewInput): ActionView[] {
  const isBroken = hasDiverged(state, name);
  const compare = { id: 'compare', label: t('Compare…') };
  const { best } = state;
  const isBestKept = best && state.checkpoints.get(best.epoch)?.kept;
  const tryBest = isBestKept ? [{ id: 'tryImage', label: t('Try on Image…') }] : [];
  const showBest = isBestKept ? [{ id: 'reveal', label: t('Best File'), epoch: best.epoch }] : [];
  const resume = {
    id: 'resume',
    label: name === 'paused' ? t('Continue') : t('Resume'),
    // A run that has diverged would resume into the same trouble.
    primary: !isBroken,
  };
  const rewind = { id: 'rewind', label: t('Rewind…'), primary: true };
  if (name === 'completed') return [...tryBest, ...showBest, compare];
  return [...tryBest, compare, resume, ...(isBroken && canRewind(state) ? [rewind] : [])];
}

/**
 * A range test's page has the picture and the button that writes lr0; there is nothing to resume and nothing to
 * compare.
 */
function rangeActions(input: ViewInput): readonly ActionView[] {
  const { t } = input;
  const page = { id: 'dashboard', label: t('Show LR Test'), primary: true };
  return isFinal(input) ? [page] : [page, { id: 'stop', label: t('Stop') }];
}

/** Only what this trainer supports, and Stop, which the keeper enforces. */
function steering(state: RunState, t: Translate): ActionView[] {
  const accepts = state.hello?.knobs ?? [];
  const optional = [
    { id: 'setLr', label: t('Set LR…'), request: 'lr' },
    { id: 'pause', label: t('Pause'), request: 'pause' },
  ].filter(({ request }) => accepts.includes(request));
  return [...optional.map(({ id, label }) => ({ id, label })), { id: 'stop', label: t('Stop') }];
}
