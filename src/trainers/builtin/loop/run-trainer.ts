import path from 'node:path';
import { toError } from '../../../base/async';
import type { Environment } from '../../../base/environment';
import { wordsOf } from '../../../base/worded-error';
import { type Words, withEnglish, words } from '../../../base/words';
import { isOutOfMemory } from '../../../domain/detection/runtime-errors';
import { createDivergenceRule } from '../../../domain/run/divergence';
import { rewindOfLr } from '../../../domain/schedule/lr-changes';
import { describeLrChange } from '../../../domain/schedule/lr-preview';
import type { RunFile } from '../../../run/files';
import { readRun } from '../../../run/folder/read';
import { ControlFolder, findRewind, type Rewind } from '../control/control-folder';
import { BatchSource } from '../data/batch-source';
import { planBatches } from '../data/plan-batches';
import { openTrainSession, type TrainSession } from '../session/train-session';
import {
  ANSWERED_REQUESTS,
  addControl,
  type InFlight,
  NOTHING_IN_FLIGHT,
  readInFlight,
} from './apply-request';
import { announceSaved, Checkpoints } from './checkpoints';
import { EventLog } from './event-log';
import { planEvent } from './plan-event';
import { type Prepared, prepare } from './prepare';
import { type Ending, TrainLoop } from './train-loop';

export type TrainerOptions = {
  readonly runDir: string;
  readonly attempt: number;
  /** Folder of the bundles with decode-worker.js. */
  readonly installDir: string;
  /** A signal has asked to stop. */
  readonly isInterrupted: () => boolean;
};

/** Trains the run of a folder to its end. Returns the exit code: 0 completed, stopped or paused; 1 diverged or failed. */
export async function runTrainer(options: TrainerOptions): Promise<number> {
  const log = new EventLog(path.join(options.runDir, 'events.jsonl'));
  try {
    const run = await readRun(options.runDir);
    const ending = await train(options, run, log);
    log.write({ type: 'end', ...ending });
    if (ending.message) console.error(`${ending.reason} at step ${ending.step}: ${ending.message}`);
    return ending.reason === 'diverged' ? 1 : 0;
  } catch (reason) {
    const error = toError(reason);
    console.error(error.stack ?? error.message);
    const said = isOutOfMemory(error)
      ? words('{0}; a smaller batch may fit, and batch: -1 finds one that does', error.message)
      : wordsOf(error);
    log.write({ type: 'end', reason: 'failed', step: log.lastStep, ...withEnglish(said) });
    return 1;
  } finally {
    await log.close();
  }
}

async function train(options: TrainerOptions, run: RunFile, log: EventLog): Promise<Ending> {
  const { runDir, attempt } = options;
  const rewind = attempt > 1 ? await findRewind(new ControlFolder(runDir, attempt)) : undefined;
  const prepared = await prepare({ run, runDir, attempt, log, rewindTo: rewind?.epoch });
  const changes = {
    inFlight: attempt > 1 ? await readInFlight(path.join(runDir, 'events.jsonl')) : NOTHING_IN_FLIGHT,
  };
  const session = await openTrainSession({ ...prepared.session, ...threadsOf(process.env) });
  try {
    return await trainOn({ options, run, log, prepared, changes, session, rewind });
  } finally {
    await session.dispose();
  }
}

/** Trainings that share this machine's cores are given their part of them. */
function threadsOf({ PITWALL_THREADS: text = '' }: Environment): { readonly threads?: number } {
  const threads = Number(text);
  return Number.isInteger(threads) && threads > 0 ? { threads } : {};
}

type TrainContext = {
  readonly options: TrainerOptions;
  readonly run: RunFile;
  readonly log: EventLog;
  readonly prepared: Prepared;
  readonly changes: { inFlight: InFlight };
  readonly session: TrainSession;
  /** Why this attempt does not continue from the newest state. */
  readonly rewind: Rewind | undefined;
};

async function trainOn(context: TrainContext): Promise<Ending> {
  const { options, run, log, prepared, changes, session } = context;
  const { resolved: experiment } = run.experiment;
  const { split, schedule, saved, start, batch, batchReason, goOn } = prepared;
  const { fromStep, grid } = goOn;
  sayHello(context, fromStep);
  const source = openSource(context);
  try {
    log.write(
      planEvent(
        experiment,
        { schedule, grid },
        {
          images: split.images.length,
          batch,
          batchReason,
          workers: source.workers,
          device: session.device,
        },
      ),
    );
    await announceSaved({ runDir: options.runDir, log }, saved);
    const control = new ControlFolder(options.runDir, options.attempt);
    control.create();
    if (context.rewind) {
      applyRewind(context, context.rewind);
      control.done(context.rewind.incoming);
    }
    const begun = performance.now();
    const ending = await new TrainLoop({
      ...{ experiment, log, session, source, control, schedule, changes, fromStep, grid },
      checkpoints: new Checkpoints({ runDir: options.runDir, log, session, version: run.pitwall }),
      divergence: createDivergenceRule(saved?.progress.divergence),
      identity: {
        format: 1,
        seed: experiment.seed,
        size: start.size,
        names: [...split.names],
        imgsz: experiment.imgsz,
        batch,
        stretches: [...grid],
        trainSet: { images: split.images.length, fingerprint: split.fingerprint },
      },
      epochSums: goOn.epochSums,
      isInterrupted: options.isInterrupted,
    }).run();
    const share = (100 * source.waitedMs) / (performance.now() - begun);
    log.info(words('the steps waited for images {0} % of the time', share.toFixed(1)));
    return ending;
  } finally {
    source.dispose();
  }
}

/** Answers the rewind: its LR change counts as one made during the run, so that a later resume applies it again. */
function applyRewind({ log, prepared, changes }: TrainContext, rewind: Rewind): void {
  const { schedule, goOn } = prepared;
  const { request, lrFactor, warmup } = rewind;
  const { id, from } = rewind.incoming;
  const { fromStep: step } = goOn;
  const applied = rewindOfLr({
    ...{ schedule, step, lrFactor, warmup, by: from },
    changes: changes.inFlight.lrChanges,
  });
  const change = describeLrChange({ schedule, changes: changes.inFlight.lrChanges, change: applied });
  const event = { type: 'control' as const, id, requested: request, ok: true, applied, step };
  const answer = { ...event, ...withEnglish(words('rewound to step {0}; {1}', step, change)) };
  log.write(answer);
  changes.inFlight = addControl(changes.inFlight, answer);
}

function sayHello({ options, log, prepared, session }: TrainContext, fromStep: number): void {
  const { schedule, saved, start } = prepared;
  log.write({
    type: 'hello',
    trainer: 'builtin',
    pid: process.pid,
    attempt: options.attempt,
    fromStep,
    groups: [...schedule.groups],
    knobs: [...ANSWERED_REQUESTS],
    device: session.device,
  });
  if (saved) log.info(words('goes on from {0}, step {1}', saved.folder, fromStep));
  if (start.from) log.info(startWords(start.from, session.missing));
}

/** The optimizer always starts anew; only weights that did not fit are worth reporting. */
function startWords(from: string, missing: readonly string[]): Words {
  const fresh = missing
    .filter((name) => name.startsWith('model/'))
    .map((name) => name.slice('model/'.length));
  return fresh.length === 0
    ? words('weights come from {0}', from)
    : words('weights come from {0}; these start anew: {1}', from, fresh.join(', '));
}

function openSource({ options, run, log, prepared, changes }: TrainContext): BatchSource {
  const { resolved: experiment } = run.experiment;
  const { imgsz, seed, augment, epochs, workers } = experiment;
  const { split, batch, goOn } = prepared;
  const met = new Set<string>();
  return new BatchSource({
    workerFile: path.join(options.installDir, 'decode-worker.js'),
    workers,
    settings: { imgsz, seed, augment },
    images: split.images,
    jobOf: planBatches({
      images: split.images.length,
      ...{ batch, epochs, seed, augment, grid: goOn.grid },
      mosaicClosedFrom: () => changes.inFlight.mosaicClosedFrom,
    }),
    onUnreadable: ({ file, said }) => {
      if (met.has(file)) return;
      met.add(file);
      log.warn(words('{0}; skipped ({1} so far), the next image takes its place', said, met.size));
    },
  });
}
