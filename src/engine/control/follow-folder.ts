import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { WordedError } from '../../base/worded-error';
import { type Words, words } from '../../base/words';
import { parseExperiment } from '../../domain/experiment/parse';
import type { Experiment } from '../../domain/experiment/types';
import type { TrainerEventOf } from '../../run/events';
import type { Follows, RunFile } from '../../run/files';
import { MOST_BYTES } from '../../run/folder/bounds';
import { createRun } from '../../run/folder/create';
import { runPaths } from '../../run/folder/paths';
import { readTextSync } from '../../run/folder/read-file';
import { FINAL_STATES } from '../../run/state-names';
import { listRuns } from '../runs/list-runs';
import { ensureKeeper, type HostOptions } from './ensure-keeper';

export type FollowRequest = HostOptions & {
  /** `folder` is absolute; it may not exist yet. */
  readonly follows: Follows;
  readonly runsDir: string;
  readonly name?: string;
  /** Dataset YAML that checkpoints are validated on; without it the one that the folder's arguments name. */
  readonly data?: string;
  /** Folder that relative paths of those arguments are tried from. */
  readonly cwd: string;
  readonly pitwallVersion: string;
};

export type FollowStart = {
  readonly dir: string;
  /** The folder was followed already; nothing was started. */
  readonly isKnown: boolean;
};

/** Makes a run that reads a folder which another program fills, and starts its keeper. Throws one clear line. */
export async function followFolder(request: FollowRequest): Promise<FollowStart> {
  const { follows, runsDir } = request;
  const problem = whyNotFollowed(follows.folder, runsDir);
  if (problem !== undefined) throw new WordedError(problem);
  const known = await followerOf(follows.folder, runsDir);
  if (known !== undefined) return { dir: known, isKnown: true };
  const { file, text } = argumentsOf(follows.folder);
  const { dir } = await createRun({
    ...request,
    experimentFile: file,
    text,
    experiment: experimentOf(request, text),
    stem: path.basename(follows.folder),
    cwd: path.dirname(runsDir),
  });
  await ensureKeeper(dir, request, 'start');
  return { dir, isKnown: false };
}

function whyNotFollowed(folder: string, runsDir: string): Words | undefined {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) return words('{0}: is a file; follow its folder', folder);
  if (existsSync(runPaths(folder).run))
    return words('{0}: is a run of Pitwall; see it with pitwall watch', folder);
  const inside = path.relative(folder, runsDir);
  if (inside !== '' && (inside.startsWith('..') || path.isAbsolute(inside))) return undefined;
  return words('{0}: is only read, but {1} is inside it; name another folder for the runs', folder, runsDir);
}

/** The run that follows a folder now. */
async function followerOf(folder: string, runsDir: string): Promise<string | undefined> {
  const { runs } = await listRuns(runsDir);
  return runs.find(({ run, presence }) => run.follows?.folder === folder && !FINAL_STATES.has(presence.state))
    ?.dir;
}

/** Arguments that Ultralytics (args.yaml) and YOLOv5 (opt.yaml) leave in their folder. */
const ARGUMENTS = ['args.yaml', 'opt.yaml'];

/**
 * The folder's own arguments as the experiment's text; empty if they do not exist yet. They become a part of the run, so a
 * link, which the user did not name, would carry another file's text into it.
 */
export function argumentsOf(folder: string): { readonly file: string; readonly text: string } {
  const file = ARGUMENTS.map((name) => path.join(folder, name)).find((name) => existsSync(name));
  return file === undefined
    ? { file: folder, text: '' }
    : { file, text: readTextSync(file, { most: MOST_BYTES.yaml }) };
}

type FollowedFolder = {
  readonly follows: Follows;
  /** Dataset YAML as given; without it the one that the arguments name. */
  readonly data?: string;
  /** Folder that relative paths of the arguments are tried from. */
  readonly cwd: string;
};

/** What is known of another program's run. Nothing is decided for it: it is stopped neither early nor for divergence. */
export function experimentOf({ follows, data, cwd }: FollowedFolder, text: string): Experiment {
  const { draft } = parseExperiment(text, { file: 'args.yaml' });
  const found = data ?? findData(draft.data, follows.folder, cwd);
  const { command: _, ...experiment } = draft;
  return {
    ...experiment,
    trainer: 'command',
    epochs: text === '' ? 0 : draft.epochs,
    imgsz: text === '' ? 0 : draft.imgsz,
    data: found,
    validation: { ...draft.validation, enabled: found !== '' },
    early_stop: { ...draft.early_stop, enabled: false },
    on_divergence: 'notify',
    passthrough: {},
  };
}

function findData(data: string, folder: string, cwd: string): string {
  const places = [path.resolve(cwd, data), path.resolve(folder, data)];
  return data === '' ? '' : (places.find((file) => existsSync(file)) ?? '');
}

const completed = new WeakMap<RunFile, Experiment>();

/** What a script's training is of, as the runner within it tells. */
export type ReportedDataset = TrainerEventOf<'plan'>['dataset'];

/**
 * The experiment of a run. One that was followed before its folder existed knew neither image size nor dataset: they
 * are what the folder's arguments say by now. Those of a
 * script are the script's, unless the experiment says otherwise.
 */
export function experimentNow(run: RunFile, reported?: ReportedDataset): Experiment {
  const { resolved } = run.experiment;
  if (reported) return withReported(resolved, reported);
  const { follows, cwd } = run;
  if (!follows || resolved.imgsz > 0) return resolved;
  const known = completed.get(run);
  if (known) return known;
  const { text } = argumentsOf(follows.folder);
  if (text === '') return resolved;
  const now = experimentOf({ follows, cwd, ...(resolved.data !== '' && { data: resolved.data }) }, text);
  completed.set(run, now);
  return now;
}

function withReported(experiment: Experiment, reported: NonNullable<ReportedDataset>): Experiment {
  const isSet = (key: 'imgsz' | 'single_cls'): boolean => experiment.explicit.includes(key);
  return {
    ...experiment,
    data: experiment.data === '' ? reported.data : experiment.data,
    imgsz: isSet('imgsz') ? experiment.imgsz : reported.imgsz,
    single_cls: isSet('single_cls') ? experiment.single_cls : reported.single_cls,
  };
}
