import { wordsOf } from '../../../base/worded-error';
import { type Words, withEnglish, words } from '../../../base/words';
import type { Experiment, LossSettings } from '../../../domain/experiment/types';
import type { DivergenceRule } from '../../../domain/run/divergence';
import { type EpochGrid, placeOf } from '../../../domain/schedule/epoch-grid';
import { withLrChanges } from '../../../domain/schedule/schedule';
import type { Schedule } from '../../../domain/schedule/types';
import type { Position, Progress } from '../checkpoint/state-file';
import type { ControlFolder, Incoming } from '../control/control-folder';
import type { BatchSource } from '../data/batch-source';
import type { TrainRates } from '../session/rate-vector';
import type { StepLosses, TrainSession } from '../session/train-session';
import { addControl, applyRequest, type InFlight, type Leave, type RequestResult } from './apply-request';
import type { Checkpoints } from './checkpoints';
import { addStep, type EpochSums, meansOf, NO_SUMS } from './epoch-means';
import type { EventLog } from './event-log';

export type TrainParts = {
  readonly experiment: Experiment;
  readonly log: EventLog;
  readonly session: TrainSession;
  readonly source: BatchSource;
  readonly control: ControlFolder;
  readonly checkpoints: Checkpoints;
  readonly divergence: DivergenceRule;
  /** As planned, without changes during the run. */
  readonly schedule: Schedule;
  /** What stays the same in every state of the run. */
  readonly identity: Pick<
    Progress,
    'format' | 'seed' | 'size' | 'names' | 'imgsz' | 'batch' | 'stretches' | 'trainSet'
  >;
  /** How steps make epochs. */
  readonly grid: EpochGrid;
  /** The first step of the loop. */
  readonly fromStep: number;
  readonly epochSums: EpochSums;
  /** Shared with the batch plan, which needs to know when mosaic is off. */
  readonly changes: { inFlight: InFlight };
  /** A signal has asked to stop. */
  readonly isInterrupted: () => boolean;
};

export type Ending = {
  readonly reason: 'completed' | 'stopped' | 'paused' | 'diverged';
  /** The last completed step. */
  readonly step: number;
  readonly message?: string;
  readonly said?: Words;
};

/** Lets the event loop handle written lines, signals and finished batches: a step on the CPU blocks it. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type LeaveAtEpoch = Extract<Leave, { when: 'epoch' }>;

/** The loop over steps: control, batch, rates, step, event; at the end of an epoch its means and its checkpoint. */
export class TrainLoop {
  readonly #parts: TrainParts;
  #schedule: Schedule;
  #sums: EpochSums;
  #step: number;
  #leaveAfterEpoch: LeaveAtEpoch | undefined;
  #isDivergenceNoted = false;
  /** Everything that could be lost from here on is on disk. */
  #savedStep: number;

  constructor(parts: TrainParts) {
    this.#parts = parts;
    this.#step = parts.fromStep;
    this.#savedStep = parts.fromStep;
    this.#sums = parts.epochSums;
    this.#schedule = withLrChanges(parts.schedule, parts.changes.inFlight.lrChanges);
  }

  async run(): Promise<Ending> {
    while (this.#step < this.#schedule.steps) {
      await nextTurn();
      const ending = (await this.#applyRequests()) ?? (await this.#makeStep());
      if (ending) return ending;
    }
    return this.#end('completed');
  }

  get #epoch(): number {
    return placeOf(this.#parts.grid, this.#step).epoch;
  }

  async #applyRequests(): Promise<Ending | undefined> {
    let leave: Leave | undefined = this.#parts.isInterrupted()
      ? { reason: 'stopped', when: 'now' }
      : undefined;
    const requests = await this.#parts.control.poll(performance.now());
    const { gone } = this.#parts.control;
    if (gone) return this.#leaveSilently(gone);
    for (const incoming of requests) {
      const answer = this.#answer(incoming);
      this.#parts.control.done(incoming);
      if (answer.leave?.when === 'now') leave ??= answer.leave;
      else this.#leaveAfterEpoch = earlier(this.#leaveAfterEpoch, answer.leave);
    }
    if (leave) await this.#saveHere();
    return leave && this.#end(leave.reason);
  }

  #answer(incoming: Incoming): RequestResult {
    const { schedule: planned, changes } = this.#parts;
    const by = incoming.kind === 'request' ? incoming.from : '';
    const at = { step: this.#step, epoch: this.#epoch, planned, changes: changes.inFlight.lrChanges, by };
    const answer: RequestResult =
      incoming.kind === 'request' ? applyRequest(incoming.request, at) : { ok: false, said: incoming.said };
    const event = {
      type: 'control' as const,
      id: incoming.id,
      ...(incoming.kind === 'request' ? { requested: incoming.request } : {}),
      ok: answer.ok,
      ...(answer.applied ? { applied: answer.applied } : {}),
      step: this.#step,
      ...withEnglish(answer.said),
    };
    this.#parts.log.write(event);
    this.#change(addControl(this.#parts.changes.inFlight, event));
    return answer;
  }

  #change(inFlight: InFlight): void {
    const { changes, schedule, source } = this.#parts;
    const before = changes.inFlight;
    changes.inFlight = inFlight;
    if (before.mosaicClosedFrom !== inFlight.mosaicClosedFrom) source.restart();
    if (before.lrChanges !== inFlight.lrChanges) this.#schedule = withLrChanges(schedule, inFlight.lrChanges);
  }

  async #makeStep(): Promise<Ending | undefined> {
    const { source, session, log } = this.#parts;
    const begun = performance.now();
    const rates = ratesAt(this.#schedule, this.#step);
    const batch = await source.batch(this.#step);
    const wait = (performance.now() - begun) / 1000;
    const losses = await session.step(batch, rates.session);
    const seconds = (performance.now() - begun) / 1000;
    const { grad, ...loss } = withGains(losses, this.#parts.experiment.loss);
    const ips = batch.size / seconds;
    const { lr } = rates;
    log.write({ type: 'step', step: this.#step, epoch: this.#epoch, lr, loss, ips, wait, grad });
    this.#sums = addStep(this.#sums, loss, seconds);
    return (await this.#checkDivergence(losses)) ?? this.#finishStep();
  }

  async #finishStep(): Promise<Ending | undefined> {
    const { isLast } = placeOf(this.#parts.grid, this.#step);
    const ending = isLast ? await this.#finishEpoch() : undefined;
    this.#step++;
    return ending;
  }

  async #finishEpoch(): Promise<Ending | undefined> {
    const { log, experiment, checkpoints } = this.#parts;
    const epoch = this.#epoch;
    const { seconds } = this.#sums;
    log.write({ type: 'epoch', epoch, step: this.#step, seconds, loss: meansOf(this.#sums) });
    this.#sums = NO_SUMS;
    const leave = this.#leaveAt(epoch);
    const isDue =
      epoch % experiment.checkpoints.every === 0 || epoch === experiment.epochs || leave !== undefined;
    const problem = isDue ? await checkpoints.take(this.#position(this.#step + 1, epoch)) : undefined;
    if (isDue && !problem) this.#savedStep = this.#step + 1;
    // The last checkpoint is the run's result.
    if (problem && epoch === experiment.epochs) throw problem;
    return epoch < experiment.epochs ? this.#leave(leave, problem) : undefined;
  }

  /** What could not be kept is lost: the end of the run says so. */
  #leave(leave: LeaveAtEpoch | undefined, problem: Error | undefined): Ending | undefined {
    return leave && this.#end(leave.reason, this.#step, problem && wordsOf(problem));
  }

  #leaveAt(epoch: number): LeaveAtEpoch | undefined {
    const leave = this.#leaveAfterEpoch;
    return leave && leave.epoch <= epoch ? leave : undefined;
  }

  async #checkDivergence(losses: StepLosses): Promise<Ending | undefined> {
    const { divergence, experiment, log } = this.#parts;
    const { total, box, cls } = losses;
    const said = divergence.onStep({ total, box, cls })?.said;
    if (said === undefined) return undefined;
    if (experiment.on_divergence === 'notify') {
      if (!this.#isDivergenceNoted)
        log.write({
          type: 'log',
          level: 'error',
          ...withEnglish(words('diverged at step {0}: {1}', this.#step, said)),
        });
      this.#isDivergenceNoted = true;
      return undefined;
    }
    // A run that is paused here continues from the last checkpoint: the present state is what went wrong.
    return this.#end(experiment.on_divergence === 'pause' ? 'paused' : 'diverged', this.#step, said);
  }

  #leaveSilently(why: Words): Ending {
    this.#parts.log.seal();
    return this.#end('stopped', undefined, why);
  }

  /** What is paused or stopped, by a person or by a scheduler that needs the machine, goes on from this very step. */
  async #saveHere(): Promise<void> {
    if (this.#savedStep === this.#step) return;
    await this.#parts.checkpoints.takePaused(this.#position(this.#step, this.#epoch));
  }

  #position(nextStep: number, epoch: number): Position {
    const { identity, divergence } = this.#parts;
    return {
      ...identity,
      nextStep,
      epoch,
      divergence: divergence.state(),
      epochSums: this.#sums,
    };
  }

  #end(reason: Ending['reason'], step = Math.max(0, this.#step - 1), said?: Words): Ending {
    return { reason, step, ...(said && withEnglish(said)) };
  }
}

/** A person who stops a run after this epoch does not wait for the end of a later one. */
function earlier(one: LeaveAtEpoch | undefined, other: LeaveAtEpoch | undefined): LeaveAtEpoch | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.epoch < one.epoch ? other : one;
}

/** The parts as they add up to `total`, which is how Ultralytics reports them. */
function withGains(losses: StepLosses, gains: LossSettings): StepLosses {
  return { ...losses, box: losses.box * gains.box, cls: losses.cls * gains.cls };
}

/** LR of each group in the schedule's order, and the same in the form that the session takes. */
function ratesAt(schedule: Schedule, step: number): { readonly lr: number[]; readonly session: TrainRates } {
  const lr = schedule.groups.map((_, group) => schedule.lrAt(step, group));
  const of = (name: string): number => lr[schedule.groups.indexOf(name)];
  return {
    lr,
    session: {
      lr: { weights: of('weights'), norm: of('norm'), bias: of('bias') },
      momentum: schedule.momentumAt(step),
    },
  };
}
