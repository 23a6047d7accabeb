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
  /** What `approveTarget` notes of a project's: its name in the very text that these settings were read from. */
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
    ...(existsSync(own) ? [readOwn(own)] : []),
  ];
  const known = [{ settings: LOCAL_SETTINGS, isOwn: true }, ...sources.flatMap(({ known }) => known)];
  return {
    targets: new Map<string, KnownTarget>(known.map((one) => [one.settings.name, one])),
    problems: sources.flatMap(({ problems }) => problems),
  };
}

type TargetsFile = { readonly known: readonly KnownTarget[]; readonly problems: readonly Problem[] };

function readOwn(file: string): TargetsFile {
  const { targets, problems } = parseTargets(readTextSync(file, MOST), file, { isOwn: true });
  return { known: targets.map((settings) => ({ settings, isOwn: true })), problems };
}

function readProject(file: string): TargetsFile {
  const text = readTextSync(file, MOST);
  const { targets, problems } = parseTargets(text, file, { isOwn: false });
  const known = targets.map((settings) => {
    const approval = approvalOf(file, text, settings.name);
    return { settings, isOwn: isApproved(approval), approval };
  });
  return { known, problems };
}

function projectFile(folder: string): string | undefined {
  const file = path.join(folder, PROJECT_FILE);
  if (existsSync(file)) return file;
  const above = path.dirname(folder);
  return above === folder ? undefined : projectFile(above);
}

/** By place, content and name: a file that was changed since is asked about again, and another target of it was not shown. */
function approvalOf(file: string, text: string, name: string): string {
  return createHash('sha256')
    .update(`${realpathSync(file)}\0${name}\0${text}`)
    .digest('hex');
}

const noteOf = (folder: string, approval: string): string => path.join(folder, 'targets', `${approval}.json`);

const isApproved = (approval: string): boolean =>
  stateFolders().some((folder) => existsSync(noteOf(folder, approval)));

/** The user has seen what the jobs of a project's target would execute. */
export async function approveTarget({ approval, settings }: KnownTarget): Promise<void> {
  if (approval === undefined) return;
  const root = stateFolder();
  await writeJson(noteOf(root, approval), { target: settings.name, t: Date.now() }, { root });
}
