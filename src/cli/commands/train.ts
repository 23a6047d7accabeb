import { existsSync, fstatSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Command } from '@commander-js/extra-typings';
import { DisposableStore, toDisposable } from '../../base/disposable';
import { Emitter, type Event } from '../../base/event';
import { askAgain } from '../../engine/control/ask-again';
import { noteBegin, noteEnd, wasTakenBack } from '../../engine/targets/in-job';
import { resumeOn as resumeOnTarget, targetOf } from '../../engine/targets/target';
import { readRun, readStatus } from '../../run/folder/read';
import type { Cli } from '../cli';
import { loadExperiment } from '../experiment';
import { badInput, CliFailure, type ExitCode } from '../failure';
import { type CliIo, printLine } from '../io';
import { collect } from '../option-values';
import { refuseResume, resumeOnceSilent, resumeOrRefuse, TAKE_OVER } from '../resume';
import { isRunFolder, resolveWholeRun } from '../run-reference';
import { findTarget, TARGET } from '../target';
import {
  followToEnd,
  printDetached,
  runsFolder,
  type StartedRun,
  type StartRequest,
  startTraining,
} from '../train/start';
import { requireActing, TRUST } from '../trust';
import { exitCodeOf } from '../watch/summary';

type TrainOptions = {
  readonly set: readonly string[];
  readonly name?: string;
  readonly runs?: string;
  readonly resume?: string;
  readonly takeOver?: true;
  readonly trust?: true;
  readonly detach?: true;
  readonly leash?: true;
  readonly resumeOrStart?: true;
  readonly target?: string;
  readonly json?: true;
};

export function trainCommand({ io, run }: Cli) {
  return new Command('train')
    .description('train an experiment and validate every checkpoint beside it')
    .argument('[config]', 'experiment file (*.train.yaml or an Ultralytics args.yaml)')
    .option('--set <key=value>', 'overrides a key of the experiment; may be given many times', collect, [])
    .option('--name <name>', 'name of the run folder; without it one is made')
    .option('--runs <dir>', 'folder of the runs; without it runs/ beside the config')
    .option(
      '--resume <run>',
      'go on with this run, or a folder that Ultralytics trained in, from its last checkpoint',
    )
    .option(...TAKE_OVER)
    .option(...TRUST)
    .option(
      '--resume-or-start',
      'go on with the run of this --name, or with that of --resume, if it has begun: for a job that is started again',
    )
    .option(...TARGET)
    .option('--detach', 'do not wait: the run continues in the background')
    .option('--leash', 'end the run with this process, and with the other end of its stdin if that is a pipe')
    .option('--json', 'events as JSON lines on stdout, a result line at the end')
    .action(run((config, options) => train(io, config, options)));
}

async function train(io: CliIo, config: string | undefined, options: TrainOptions): Promise<ExitCode> {
  if (options.leash && options.detach)
    throw badInput('pitwall: --leash waits for the run, --detach does not');
  const started = await begin(io, config, options);
  if (options.detach) return printDetached(io, started.dir, options.json === true);
  const held = new DisposableStore();
  const followed = await followToEnd(
    options.leash ? onLeash(io, held) : io,
    started,
    options.json === true,
  ).finally(() => held.dispose());
  followed.live.dispose();
  const code = exitCodeOf(followed);
  if (followed.interrupts === 0) await noteEnd(started.dir, code);
  return code;
}

function begin(io: CliIo, config: string | undefined, options: TrainOptions): Promise<StartedRun> {
  const { target, ...here } = options;
  if (options.resume !== undefined) return resume(io, config, options);
  if (config === undefined) throw badInput('pitwall: a config is needed, or --resume RUN');
  const request = { ...here, config };
  if (target !== undefined) return startOn(io, request, target);
  return options.resumeOrStart ? resumeOrStart(io, request) : startTraining(io, request);
}

type HereRequest = Omit<TrainOptions, 'target'> & { readonly config: string };

/** The run folder is made here, so that it is seen while it waits. */
async function startOn(io: CliIo, request: HereRequest, name: string): Promise<StartedRun> {
  const { resumeOrStart: unfit, leash, runs, trust } = request;
  if (unfit || leash)
    throw badInput('pitwall: --target starts a job: --leash and --resume-or-start are what it runs');
  const folder = path.dirname(path.resolve(io.cwd, request.config));
  const settings = await findTarget(io, name, { folder, trust });
  const place = runs ?? (settings.kind === 'local' ? undefined : settings.runs);
  return startTraining(io, {
    ...request,
    target: targetOf(settings),
    ...(place !== undefined && { runs: place }),
  });
}

async function resume(io: CliIo, config: string | undefined, options: TrainOptions): Promise<StartedRun> {
  if (config !== undefined || options.set.length > 0 || options.name !== undefined)
    throw badInput('pitwall: --resume continues the run as it is: it takes no config, --set or --name');
  const since = Date.now();
  const foreign = foreignFolder(io, options.resume ?? '');
  if (foreign !== undefined) return takeOver(io, foreign, options);
  const dir = resolveWholeRun(io, options.resume ?? '', options.runs);
  if (options.resumeOrStart) return goOnAsJob(io, dir, options);
  if (options.target === undefined) await resumeOrRefuse(io, dir, options);
  else await resumeOn(io, dir, { ...options, target: options.target });
  return { dir, warnings: [], since, leash: options.leash === true };
}

/** A run that was begun on a target goes on there as a new job. */
async function resumeOn(
  io: CliIo,
  dir: string,
  { target, trust }: TrainOptions & { readonly target: string },
) {
  await requireActing(io, dir, trust);
  const run = await readRun(dir);
  if (run.target === undefined)
    throw badInput(`${dir}: was begun on this machine and goes on here: leave --target out`);
  const settings = await findTarget(io, target, { folder: run.cwd, trust });
  await resumeOnTarget(settings, dir, { installDir: io.installDir }).catch((error: unknown) =>
    refuseResume(dir, error),
  );
}

/** The output folder of a training that Ultralytics did without Pitwall, absolute: it can be gone on from. */
function foreignFolder({ cwd }: CliIo, name: string): string | undefined {
  const folder = path.resolve(cwd, name);
  const has = (file: string): boolean => existsSync(path.join(folder, file));
  return !has('run.json') && has('args.yaml') && has(LAST) ? folder : undefined;
}

const LAST = 'weights/last.pt';

/** Its remaining epochs become a run of this folder's runs/; what it has written itself stays as it is. */
function takeOver(io: CliIo, folder: string, { runs }: TrainOptions): Promise<StartedRun> {
  const last = path.join(folder, LAST);
  printLine(
    io.stderr,
    `${folder} is Ultralytics' own: a run goes on from its ${LAST}, the epochs before stay there`,
  );
  const place = { cwd: io.cwd, stem: path.basename(folder), ...(runs !== undefined && { runs }) };
  const set = [`resume=${JSON.stringify(last)}`, 'trainer=ultralytics'];
  return startTraining(io, { config: path.join(folder, 'args.yaml'), set, ...place });
}

// What `train` does inside someone else's job: an engine ends, kills and starts again what it started.

/** A job that is started again, after a preemption say, goes on with the run that it began; at first it starts it. */
async function resumeOrStart(io: CliIo, request: StartRequest): Promise<StartedRun> {
  if (request.name === undefined)
    throw badInput('pitwall: --resume-or-start needs --name: it is what the run is found by');
  const file = path.resolve(io.cwd, request.config);
  const dir = path.join(runsFolder(io, file, request.runs), request.name);
  if (!isRunFolder(dir)) return startTraining(io, request);
  await printChange(io, dir, request);
  return goOnAsJob(io, dir, request);
}

/** What was trained to its end is shown, not trained further; what has not begun begins. */
async function goOnAsJob(
  io: CliIo,
  dir: string,
  word: { readonly leash?: boolean; readonly trust?: boolean },
): Promise<StartedRun> {
  if (await wasTakenBack(dir))
    throw new CliFailure(0, `${dir}: its job was cancelled before it began: nothing is done`);
  await noteBegin(dir);
  const since = (await isCompleted(dir)) ? 0 : Date.now();
  if (since > 0) {
    await askAgain(dir);
    await resumeOnceSilent(io, dir, word);
  }
  return { dir, warnings: [], since, leash: word.leash === true };
}

/** The run goes on as it was started; someone may have meant something else. */
async function printChange(io: CliIo, dir: string, request: StartRequest): Promise<void> {
  const { experiment } = loadExperiment(io, request.config, request.set);
  const before = (await readRun(dir)).experiment.resolved;
  // As it would be read back: the file knows no undefined.
  if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(experiment)))) return;
  printLine(
    io.stderr,
    `${request.config}: the run ${request.name} goes on as it was started, with other settings than these`,
  );
}

async function isCompleted(dir: string): Promise<boolean> {
  return (await readStatus(dir))?.state === 'completed';
}

/**
 * The same command line, for which the end of stdin is a Ctrl-C too: who started it holds the other end, and is gone. Only of a
 * pipe or socket: a batch job's stdin is /dev/null, at its end from the start.
 */
function onLeash(io: CliIo, held: DisposableStore): CliIo {
  if (!isHeldByAnother(io.stdin.fd)) return io;
  const ended = new Emitter<void>();
  io.stdin.once('end', () => ended.fire());
  io.stdin.once('error', () => ended.fire());
  io.stdin.resume();
  // Read on, it would keep this process for as long as the other end is open.
  held.track(toDisposable(() => io.stdin.pause()));
  const onInterrupt: Event<void> = (listener) => {
    const store = new DisposableStore();
    store.track(io.onInterrupt(listener));
    store.track(ended.event(listener));
    return store;
  };
  return { ...io, onInterrupt };
}

function isHeldByAnother(fd: number | undefined): boolean {
  if (fd === undefined) return false;
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
