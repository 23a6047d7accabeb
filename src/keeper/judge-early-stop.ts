import { type Words, words } from '../base/words';
import { TRAINERS } from '../domain/experiment/trainers';
import type { EarlyStopSettings } from '../domain/experiment/types';
import { type EarlyStopContext, judgeEarlyStop } from '../domain/run/early-stop';
import { createNotBegunAlarm } from '../domain/run/plateau';
import { scheduleOfRun } from '../protocol/dashboard/planned';
import type { RunFile } from '../run/files';
import type { RunState } from '../run/state';
import { lrAhead } from './lr-ahead';
import type { Monitor } from './monitor';
import type { RunJournal } from './run-journal';
import { historyOf } from './run-watch';
import type { TrainerControl } from './trainer-control';

/** Early stopping at present, with the latest patience; a patience that a person has set does not wait for the decay. */
export function judgeRun(state: RunState, settings: EarlyStopSettings) {
  const asked = state.keeper.findLast((e) => e.type === 'answer' && e.ok && e.request.type === 'patience');
  const patience =
    asked?.type === 'answer' && asked.request.type === 'patience' ? asked.request.value : settings.patience;
  const wait_for_decay = settings.wait_for_decay && asked === undefined;
  const history = historyOf(state);
  const metric = metricOf(state, settings);
  const context = contextOf(state, history.at(-1)?.epoch ?? 0);
  const verdict = judgeEarlyStop(history, { ...settings, metric, patience, wait_for_decay }, context);
  return { ...verdict, patience, metric, stop: verdict.stop && (settings.enabled || asked !== undefined) };
}

/** As the best checkpoint is chosen: by the library's own fitness for tasks that it judges, unless the file says otherwise. */
function metricOf(state: RunState, { metric }: EarlyStopSettings): EarlyStopSettings['metric'] {
  const isSet = state.run?.experiment.resolved.explicit.includes('early_stop.metric') ?? false;
  const validated = [...state.validations.values()];
  const isJudged = validated.length > 0 && validated.every(({ fitness }) => fitness !== undefined);
  return isJudged && !isSet ? 'fitness' : metric;
}

function contextOf(state: RunState, epoch: number): EarlyStopContext {
  const schedule = scheduleOfRun(state);
  if (!schedule || schedule.steps === 0) return { warmupEpochs: 0 };
  const again = state.lrChanges.map(({ step, warmup = 0 }) => (warmup > 0 ? step + warmup : 0));
  const warmupSteps = Math.max(schedule.warmupSteps, ...again);
  const warmupEpochs = Math.ceil(warmupSteps / schedule.stepsPerEpoch);
  return { warmupEpochs, ahead: lrAhead(state, epoch), mosaicEnds: mosaicEnds(state) };
}

/** The last epoch with mosaic, by the plan or by a request; undefined if the trainer has none, or keeps it to the end. */
function mosaicEnds({ run, plan, controls }: RunState): number | undefined {
  if (!run || !plan || TRAINERS[run.experiment.resolved.trainer].isReader) return undefined;
  const { mosaic, close_mosaic } = run.experiment.resolved.augment;
  if (mosaic === 0 || close_mosaic === 0) return undefined;
  const asked = controls.find(({ ok, requested }) => ok && requested?.type === 'close_mosaic');
  const byRequest = asked ? asked.step / plan.stepsPerEpoch : Number.POSITIVE_INFINITY;
  return Math.min(plan.epochs - close_mosaic, Math.ceil(byRequest));
}

export type EarlyStopperParts = {
  readonly run: RunFile;
  readonly journal: RunJournal;
  readonly monitor: Monitor;
  readonly trainer: TrainerControl;
  /** Asks the trainer to stop, as far as it can be asked. */
  readonly askToStop: () => Promise<void>;
};

/** Ends a training that no longer improves; judged again only when something was written. */
export class EarlyStopper {
  readonly #parts: EarlyStopperParts;
  readonly #notBegun = createNotBegunAlarm();
  #judged = -1;

  constructor(parts: EarlyStopperParts) {
    this.#parts = parts;
  }

  /** `trainedEpoch`: the epoch that is being trained. */
  async turn(trainedEpoch: number): Promise<void> {
    const { run, journal, monitor, trainer, askToStop } = this.#parts;
    if (this.#judged === journal.lines || !trainer.alive || trainer.cause) return;
    this.#judged = journal.lines;
    const settings = run.experiment.resolved.early_stop;
    const { stop, notBegun, ...verdict } = judgeRun(journal.state, settings);
    const alarm = this.#notBegun(notBegun, trainedEpoch);
    if (alarm) monitor.raise(alarm, 0);
    if (!stop) return;
    const epoch = Math.max(...journal.state.validations.keys());
    const { metric, bestEpoch } = verdict;
    const said = earlyStopWords({ epoch, ...verdict });
    journal.note({ type: 'early_stop', epoch, bestEpoch, metric, said });
    await askToStop();
    trainer.stop({ kind: 'early', said });
  }
}

type Stopped = Pick<ReturnType<typeof judgeRun>, 'patience' | 'bestEpoch' | 'others' | 'metric'> & {
  readonly epoch: number;
};

function earlyStopWords({ epoch, metric, patience, bestEpoch, others }: Stopped): Words {
  return words(
    'early stop at epoch {0}: {1} (smoothed) has not improved for {2} epochs, best was epoch {3}; {4}',
    ...[epoch, metric, patience, bestEpoch ?? 0, others],
  );
}
