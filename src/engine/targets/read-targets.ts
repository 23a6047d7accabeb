import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../../base/problem';
import { parseTargets } from '../../domain/targets/parse-targets';
import { LOCAL_SETTINGS, type TargetSettings } from '../../domain/targets/target-keys';
import { readTextSync } from '../../run/folder/read-file';
import { stateFolder, stateFolders } from '../../run/folder/state-folder';
import { writeJson } from '../../run/folder/whole-file';

/** A target, and whether its words are the user's own; those of a project are anybody's until the user approves them. */
export type KnownTarget = {
  readonly settings: TargetSettings;
  readonly isOwn: boolean;
  /** What `approveTargets` notes of a project's: the very text that these settings were read from. */
  readonly approval?: string;
};
export type KnownTargets = {
  readonly targets: ReadonlyMap<string, KnownTarget>;
  readonly problems: readonly Problem[];
};

const MOST = { most: 100_000, links: 'follow' } as const;
const PROJECT_FILE = path.join('.pitwall', 'targets.yaml');

/** Beside the user's key: never a file of a project. */
export const userTargetsFile = (): string => path.join(stateFolders()[0] ?? '', 'targets.yaml');

/**
 * The targets that count in a folder: this machine, those of the project (.pitwall/targets.yaml in the folder or above) and the
 * user's, the later over the earlier. A file with an error has none.
 */
export function readTargets(folder: string): KnownTargets {
  const project = projectFile(folder);
  const own = userTargetsFile();
  const sources = [
    ...(project === undefined ? [] : [readProject(project)]),
    ...(existsSync(own) ? [{ ...readFile(own), isOwn: true }] : []),
  ];
  const known = sources.flatMap(({ targets, problems: _, ...source }) =>
    targets.map((settings) => [settings.name, { settings, ...source }] as const),
  );
  const local = { settings: LOCAL_SETTINGS, isOwn: true } as const;
  return {
    targets: new Map<string, KnownTarget>([[LOCAL_SETTINGS.name, local], ...known]),
    problems: sources.flatMap(({ problems }) => problems),
  };
}

function readFile(file: string) {
  return parseTargets(readTextSync(file, MOST), file);
}

function readProject(file: string) {
  const text = readTextSync(file, MOST);
  const approval = approvalOf(file, text);
  return { ...parseTargets(text, file), isOwn: isApproved(approval), approval };
}

function projectFile(folder: string): string | undefined {
  const file = path.join(folder, PROJECT_FILE);
  if (existsSync(file)) return file;
  const above = path.dirname(folder);
  return above === folder ? undefined : projectFile(above);
}

/** By place and content: a file that was changed since is asked about again. */
function approvalOf(file: string, text: string): string {
  return createHash('sha256')
    .update(`${realpathSync(file)}\0${text}`)
    .digest('hex');
}

const noteOf = (folder: string, approval: string): string => path.join(folder, 'targets', `${approval}.json`);

const isApproved = (approval: string): boolean =>
  stateFolders().some((folder) => existsSync(noteOf(folder, approval)));

/** The user has seen what the jobs of a project's target would execute. */
export async function approveTargets({ approval, settings }: KnownTarget): Promise<void> {
  if (approval === undefined) return;
  const root = stateFolder();
  await writeJson(noteOf(root, approval), { target: settings.name, t: Date.now() }, { root });
}
