import { existsSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../../base/async';
import { askRun } from '../../engine/control/ask';
import { stopQueued } from '../../engine/control/stop-queued';
import type { LiveRun } from '../../engine/runs/live-run';
import { type RunView, viewRun } from '../../engine/runs/view-run';
import { type MetricName, resultOf, type TrialResult } from '../../engine/sweep/trial-result';
import { untilJobSettled, wasCutShort } from '../../engine/targets/in-job';
import type { Target } from '../../engine/targets/target';
import { removeTree } from '../../run/folder/remove';
import type { RunState } from '../../run/state';
import { FINAL_STATES } from '../../run/state-names';
import { trialName } from '../../run/sweep';
import type { LoadedExperiment } from '../experiment';
import type { CliIo } from '../io';
import { isRunFolder } from '../run-reference';
import { startUnchecked } from '../train/start';
import type { RunReporter } from '../watch/reporter';
import { stopOnInterrupt } from '../watch/stop-on-interrupt';
import { watchRun } from '../watch/watch-run';

export type TrialOrder = {
  readonly trial: number;
  /** Folder of the trials. */
  readonly folder: string;
  readonly metric: MetricName;
  /** The epoch at whose end it waits; undefined: it trains to its end. */
  readonly until: number | undefined;
  readonly load: () => LoadedExperiment;
  readonly keeperEnv: Readonly<Record<string, string>>;
  readonly target: Target;
  readonly isStopping: () => boolean;
  readonly onBegin: () => void;
  readonly onState: (state: RunState) => void;
  readonly note: (text: string) => void;
};

/** Trains a trial to an epoch, or to its end: begins it, goes on with it, or joins it, as its folder says. */
export async function trainTrial(io: CliIo, order: TrialOrder): Promise<TrialResult> {
  const dir = path.join(order.folder, trialName(order.trial));
  const untilSettled = () => untilJobSettled(dir, () => !order.isStopping());
  // An earlier driver may have ended while it waited for this.
  await untilSettled();
  for (let jobs = 1; ; jobs++) {
    const result = await trainOnce(io, dir, order);
    await untilSettled();
    const isOver = order.isStopping() || jobs === MOST_JOBS;
    if (isOver || !(await wasCutShort(dir))) return result;
  }
}

/** A trial that its engine ends again and again is not begun for ever. */
const MOST_JOBS = 20;

async function trainOnce(io: CliIo, dir: string, order: TrialOrder): Promise<TrialResult> {
  const since = Date.now();
  const known = await readTrial(dir, order.metric);
  if (known && isThere(known, order)) return known;
  const goesOn = known && (await goOn(io, dir, order, known));
  if (!known) await begin(io, dir, order);
  if (order.isStopping() && !(await stopQueued(dir))) await askRun(dir, { type: 'stop' }, 'cli');
  const reporter = silent(order);
  const isNew = goesOn !== 'joined';
  const { live } = await watchRun(io, {
    ...{ dir, reporter, onInterrupt: stopTraining(reporter) },
    ...(isNew && { since }),
  });
  live.dispose();
  return resultOf(live, order.metric);
}

/** Undefined if there is no such run, or one that is to be made again: its driver was killed in making it, or it was cut short. */
export async function readTrial(dir: string, metric: MetricName): Promise<TrialResult | undefined> {
  if (!isRunFolder(dir)) return undefined;
  const view = await viewRun(dir);
  const wasMade = view.presence.state !== 'lost' || view.state.status !== undefined;
  return wasMade && !isCutShort(view) ? resultOf(view, metric) : undefined;
}

/** It has trained to its end, and its last checkpoint was left without a metric: the same training gives it again. */
function isCutShort({ state, presence }: RunView): boolean {
  const last = [...state.checkpoints.values()].at(-1)?.state;
  return presence.state === 'completed' && (last === 'skipped' || last === 'waiting');
}

function isThere({ values, state, mayGoOn }: TrialResult, { until }: TrialOrder): boolean {
  if (!FINAL_STATES.has(state)) return false;
  if (!mayGoOn) return true;
  return until !== undefined && [...values.keys()].some((epoch) => epoch >= until);
}

async function begin(io: CliIo, dir: string, order: TrialOrder): Promise<void> {
  order.onBegin();
  if (existsSync(dir)) removeTree(dir, order.folder);
  const { until, keeperEnv, folder, trial, target } = order;
  const place = { name: trialName(trial), runs: folder, keeperEnv, target, isPatient: patienceOf(order) };
  await startUnchecked(io, order.load(), { ...place, ...(until !== undefined && { pauseAt: until }) });
}

/** An earlier driver may have died before it could say where to wait. */
async function goOn(
  { installDir }: CliIo,
  dir: string,
  order: TrialOrder,
  { state }: TrialResult,
): Promise<'resumed' | 'joined'> {
  const { until, keeperEnv, target } = order;
  if (until !== undefined) await askRun(dir, { type: 'pause', epoch: until }, 'cli');
  if (!FINAL_STATES.has(state)) return 'joined';
  await target.start(dir, 'resume', { installDir, keeperEnv, isPatient: patienceOf(order) });
  return 'resumed';
}

/** Until the sweep is interrupted; why it waits is said once. */
function patienceOf({ isStopping, note }: TrialOrder): (why: Error) => boolean {
  let said = '';
  return ({ message }) => {
    if (message !== said) note(`waits: ${message}`);
    said = message;
    return !isStopping();
  };
}

/**
 * A trial is paused, not stopped, if its trainer can: what waits is validated then, and no epoch of an interrupted trial lacks the
 * value that the others have. The same if it has trained. Ctrl-C again gives validations up.
 */
function stopTraining(reporter: RunReporter): (count: number, live: LiveRun) => boolean {
  const stop = stopOnInterrupt(reporter);
  const ask = (live: LiveRun, type: 'pause' | 'stop'): void => {
    askRun(live.dir, { type }, 'cli').catch((error) => {
      reporter.note(`could not be asked to ${type}: ${toError(error).message}`);
    });
  };
  return (count, live) => {
    const isValidating = live.presence.state === 'validating';
    if (!isValidating && !canPause(live)) return stop(count, live);
    if (count > 1) {
      ask(live, 'stop');
      return stop(count, live);
    }
    if (!isValidating) ask(live, 'pause');
    reporter.note('its last checkpoints are validated first; Ctrl-C again gives them up');
    return true;
  };
}

const canPause = ({ state }: LiveRun): boolean => state.hello?.knobs.includes('pause') === true;

function silent({ onState, note }: TrialOrder): RunReporter {
  return {
    onEntries: (_, state) => onState(state),
    note,
    finish: ({ state }) => onState(state),
    leave: () => undefined,
  };
}
