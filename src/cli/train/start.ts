import path from 'node:path';
import { toError } from '../../base/async';
import { formatProblem, type Problem, worded } from '../../base/problem';
import { inEnglish } from '../../base/words';
import { placeProblems } from '../../domain/experiment/place-problems';
import { TRAINERS } from '../../domain/experiment/trainers';
import { askRun } from '../../engine/control/ask';
import { withImageReader } from '../../engine/image-process';
import { checkBeforeRun } from '../../engine/preflight';
import { choosePython, lackingTextModel, pythonOfCommand } from '../../engine/python/choose';
import { beginOn, LOCAL, type StartOptions, type Target } from '../../engine/targets/target';
import { createRun } from '../../run/folder/create';
import { VERSION } from '../cli';
import { type LoadedExperiment, loadExperiment, printWarnings, refuseErrors } from '../experiment';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { createHumanReporter } from '../watch/human-reporter';
import type { RunReporter } from '../watch/reporter';
import { createJsonReporter } from '../watch/reporter';
import { stopOnInterrupt } from '../watch/stop-on-interrupt';
import { type WatchResult, watchRun } from '../watch/watch-run';

export type StartRequest = {
  readonly config: string;
  readonly set: readonly string[];
} & RunPlace;

export type RunPlace = {
  readonly name?: string;
  readonly runs?: string;
  /** Working folder of the trainer, in which its runs/ is; without it the folder of the experiment file. */
  readonly cwd?: string;
  readonly leash?: boolean;
  /** What automatic names start with; without it the experiment file's name. */
  readonly stem?: string;
  /** Folder of the run that must have ended before it starts. */
  readonly after?: string;
  /** It waits, paused, at the end of this epoch. */
  readonly pauseAt?: number;
  /** Variables of its processes beside this one's. */
  readonly keeperEnv?: Readonly<Record<string, string>>;
  /** What keeps it; without one this machine does. */
  readonly target?: Target;
  /** Whether an engine that takes no job now is waited for. */
  readonly isPatient?: StartOptions['isPatient'];
};

/** A run that was resumed or just started, and the warnings that were printed before it began. */
export type StartedRun = {
  readonly dir: string;
  readonly warnings: readonly string[];
  readonly since: number;
  /** It ends with this process. */
  readonly leash?: boolean;
};

/** The folder for the runs of an experiment file. */
export function runsFolder(io: CliIo, configFile: string, runs: string | undefined): string {
  return runs === undefined ? path.join(path.dirname(configFile), 'runs') : path.resolve(io.cwd, runs);
}

export function startTraining(io: CliIo, request: StartRequest): Promise<StartedRun> {
  return startLoaded(io, loadExperiment(io, request.config, request.set), request);
}

/** Checks everything that can be checked, then makes the run folder and starts its keeper. */
export async function startLoaded(io: CliIo, loaded: LoadedExperiment, place: RunPlace): Promise<StartedRun> {
  const since = Date.now();
  const problems = await checkLoaded(io, loaded);
  const started = await startUnchecked(io, loaded, place);
  return { ...started, warnings: printWarnings(io, problems), since };
}

/** What can be known to be wrong before a run starts: errors are thrown, the rest is returned. */
export async function checkLoaded(io: CliIo, loaded: LoadedExperiment): Promise<readonly Problem[]> {
  const folder = path.dirname(loaded.file);
  const { problems } = await withImageReader({ installDir: io.installDir }, (reader) =>
    checkBeforeRun({ ...loaded, file: loaded.shown, folder }, reader),
  );
  refuseErrors(problems);
  return problems;
}

/** An experiment that differs from one that was checked by its seed alone, or the example. */
export async function startUnchecked(
  io: CliIo,
  loaded: LoadedExperiment,
  place: RunPlace,
): Promise<StartedRun> {
  const since = Date.now();
  const dir = await makeRun(io, place, loaded);
  const { leash = false, pauseAt, keeperEnv = {}, target = LOCAL, isPatient } = place;
  // Before there is a trainer: one that is fast would be past that epoch.
  if (pauseAt !== undefined) await askRun(dir, { type: 'pause', epoch: pauseAt }, 'cli');
  const options = { installDir: io.installDir, leash, keeperEnv, ...(isPatient && { isPatient }) };
  await beginOn(target, dir, options).catch((error: unknown) => {
    throw target.kind === 'local' ? error : badInput(toError(error).message, error);
  });
  return { dir, warnings: [], since, leash };
}

async function makeRun(io: CliIo, place: RunPlace, loaded: LoadedExperiment): Promise<string> {
  const { file, text, set, experiment } = loaded;
  const folder = place.cwd ?? path.dirname(file);
  const python = await pythonFor(io, loaded, folder);
  const runsDir = place.runs === undefined ? path.join(folder, 'runs') : path.resolve(io.cwd, place.runs);
  const name = place.name === undefined ? {} : { name: place.name };
  const stem = {
    ...(place.stem !== undefined && { stem: place.stem }),
    ...(place.after !== undefined && { after: place.after }),
  };
  const run = {
    ...stem,
    experimentFile: file,
    text,
    experiment,
    set,
    runsDir,
    cwd: folder,
    pitwallVersion: VERSION,
    ...(place.target?.name !== undefined && { target: place.target.name }),
  };
  const created = await createRun({ ...run, ...name, ...python }).catch((error: unknown) => {
    throw badInput(toError(error).message, error);
  });
  return created.dir;
}

/** A trainer in Python needs an interpreter: PITWALL_PYTHON, else the first one that has the packages. */
async function pythonFor(
  io: CliIo,
  { experiment: { trainer, command, model }, text, shown, set }: LoadedExperiment,
  cwd: string,
): Promise<{ readonly python?: string }> {
  const named = command && pythonOfCommand(command.run, path.resolve(cwd, command.cwd ?? '.'), io.env);
  if (!TRAINERS[trainer].isUltralytics) return named === undefined ? {} : { python: named };
  const wanted = io.env.PITWALL_PYTHON;
  const choice = await choosePython({ cwd, env: io.env, ...(wanted && { wanted }) });
  if (choice.kind === 'missing') throw badInput(`trainer: ultralytics: ${inEnglish(choice.said)}`);
  const lacking = lackingTextModel(model, choice);
  if (lacking === undefined) return { python: choice.executable };
  const problem = { severity: 'error', key: 'model', ...worded(lacking) } as const;
  throw badInput(placeProblems([problem], text, { file: shown, set }).map(formatProblem));
}

/** Watches a run that this command started: Ctrl-C stops it. */
export function followToEnd(io: CliIo, started: StartedRun, json: boolean): Promise<WatchResult> {
  const { warnings, since } = started;
  return followWith(
    io,
    started,
    json ? createJsonReporter(io, since) : createHumanReporter(io, started.dir, warnings),
  );
}

export function followWith(io: CliIo, started: StartedRun, reporter: RunReporter): Promise<WatchResult> {
  const { dir, since, leash = false } = started;
  return watchRun(io, { dir, reporter, since, leash, onInterrupt: stopOnInterrupt(reporter) });
}

export function printDetached(io: CliIo, dir: string, json: boolean): ExitCode {
  if (json) printJson(io.stdout, { type: 'started', run: dir });
  else {
    printLine(io.stdout, `run: ${dir}`);
    printLine(io.stdout, `watch it with: pitwall watch ${path.relative(io.cwd, dir) || '.'}`);
  }
  return 0;
}
