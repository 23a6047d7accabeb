import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseExperiment } from '../../domain/experiment/parse';
import type { Experiment } from '../../domain/experiment/types';
import { MOST_BYTES } from '../../run/folder/bounds';
import { createRun } from '../../run/folder/create';
import { runPaths } from '../../run/folder/paths';
import { readTextSync } from '../../run/folder/read-file';
import type { Follows } from '../../run/follows';
import { FINAL_STATES } from '../../run/state-names';
import { listRuns } from '../runs/run-index';
import { ensureKeeper, type HostOptions } from './ensure-keeper';

export type FollowRequest = HostOptions & {
  /** `folder` absolute; it may not be there yet. */
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

/** Arguments that Ultralytics (args.yaml) and YOLOv5 (opt.yaml) leave in their folder. */
const ARGUMENTS = ['args.yaml', 'opt.yaml'];

/** Makes a run that reads a folder which somebody else fills, and starts its keeper. Throws one clear line. */
export async function followFolder(request: FollowRequest): Promise<FollowStart> {
  const { follows, runsDir } = request;
  const problem = whyNotFollowed(follows.folder, runsDir);
  if (problem !== undefined) throw new Error(problem);
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

function whyNotFollowed(folder: string, runsDir: string): string | undefined {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) return `${folder}: is a file; follow the folder that it lies in`;
  if (existsSync(runPaths(folder).run)) return `${folder}: is a run of Pitwall; see it with pitwall watch`;
  const inside = path.relative(folder, runsDir);
  if (inside !== '' && (inside.startsWith('..') || path.isAbsolute(inside))) return undefined;
  return `${folder}: is only read, but ${runsDir} lies in it; name another folder for the runs`;
}

/** The run that follows a folder now. */
async function followerOf(folder: string, runsDir: string): Promise<string | undefined> {
  const { runs } = await listRuns(runsDir);
  return runs.find(({ run, presence }) => run.follows?.folder === folder && !FINAL_STATES.has(presence.state))
    ?.dir;
}

/** The folder's own arguments as the experiment's text; none where it is not there yet. */
function argumentsOf(folder: string): { readonly file: string; readonly text: string } {
  const file = ARGUMENTS.map((name) => path.join(folder, name)).find((name) => existsSync(name));
  return file === undefined
    ? { file: folder, text: '' }
    : { file, text: readTextSync(file, { most: MOST_BYTES.yaml, links: 'follow' }) };
}

/** What is known of somebody else's run. Nothing is decided for it: it is neither stopped early nor for divergence. */
function experimentOf({ follows, data, cwd }: FollowRequest, text: string): Experiment {
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
