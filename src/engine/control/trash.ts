import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { withFolder } from '../../run/folder/open-folder';
import { runPaths } from '../../run/folder/paths';
import { readRun, readStatus } from '../../run/folder/read';
import { removeTree } from '../../run/folder/remove';
import { renamePatiently } from '../../run/folder/rename';
import { isOwnRun, signRun } from '../../run/folder/signature';
import { livesForRun, markOf, trainersOfRun } from '../process/run-processes';
import { readOwner } from './lock';

/** A folder of the runs folder itself: a link of that name could lead anywhere. */
const TRASH = '.trash';
/** A person waits for it, and can close what has a file of the run open. */
const TRASH_MS = 10_000;
const TRASHED = /^(.+)\.(\d{13})$/;

/** A deleted run: it can be brought back until the trash is emptied. */
export type TrashedRun = { readonly dir: string; readonly name: string; readonly deleted: number };

/** Throws one clear line while any process of the run is alive, or may be alive elsewhere. */
export async function requireAtRest(dir: string): Promise<void> {
  const run = await readRun(dir);
  const owner = readOwner(dir);
  const mark = markOf(dir, run);
  const isTraining = livesForRun((await readStatus(dir))?.trainer, mark) || trainersOfRun(mark).length > 0;
  if (owner.kind === 'alive' || isTraining)
    throw new WordedError(words('run {0} is still at work: stop it first', run.name));
  if (owner.kind === 'elsewhere')
    throw new WordedError(words('run {0} is kept on {1}: delete it there', run.name, owner.identity.host));
}

/** Moves a run that is at rest to its runs folder's trash. */
export async function trashRun(dir: string, now = Date.now()): Promise<TrashedRun> {
  await requireAtRest(dir);
  const runsDir = path.dirname(dir);
  const trash = path.join(runsDir, TRASH);
  const name = `${path.basename(dir)}.${now}`;
  const trashed = path.join(trash, name);
  const isOwn = await isOwnRun(dir);
  await withFolder({ folder: trash, root: runsDir, make: true }, (opened) =>
    renamePatiently(dir, opened.at(name), { forMs: TRASH_MS }),
  );
  // Pitwall moved it: the run still belongs to the same user.
  if (isOwn) await signRun(trashed);
  return { dir: trashed, name: path.basename(dir), deleted: now };
}

/** Deleted runs of a runs folder, latest first. */
export async function listTrash(runsDir: string): Promise<TrashedRun[]> {
  const trash = path.join(runsDir, TRASH);
  const listed = withFolder({ folder: trash, root: runsDir }, (opened) => readdir(opened.at('.')));
  const names = await listed.catch(() => [] as string[]);
  const runs = names.flatMap((entry) => {
    const match = TRASHED.exec(entry);
    return match ? [{ dir: path.join(trash, entry), name: match[1], deleted: Number(match[2]) }] : [];
  });
  return runs.sort((a, b) => b.deleted - a.deleted);
}

/** Puts a deleted run back under its name. Throws one clear line if the name is in use again. */
export async function restoreRun(trashed: TrashedRun): Promise<string> {
  const trash = path.dirname(trashed.dir);
  const root = path.dirname(trash);
  const dir = path.join(root, trashed.name);
  if (existsSync(dir))
    throw new WordedError(words('there is a run {0} again: rename or delete it first', trashed.name));
  const isOwn = await isOwnRun(trashed.dir);
  await withFolder({ folder: trash, root }, (opened) =>
    renamePatiently(opened.at(path.basename(trashed.dir)), dir, { forMs: TRASH_MS }),
  );
  if (isOwn) await signRun(dir);
  return path.resolve(dir);
}

/** Deletes a trashed run for good. Nothing outside of a trash folder, and nothing that is not a run, is ever deleted. */
export async function purgeRun(trashed: TrashedRun): Promise<void> {
  const inTrash =
    path.basename(path.dirname(trashed.dir)) === TRASH && TRASHED.test(path.basename(trashed.dir));
  if (!inTrash || !existsSync(runPaths(trashed.dir).run))
    throw new WordedError(words('{0} is not a deleted run', trashed.dir));
  removeTree(trashed.dir, path.dirname(path.dirname(trashed.dir)));
}
