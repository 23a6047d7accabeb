import { type MetaFile, zMetaFile } from '../../protocol/run-files';
import { readJsonFile, writeJson } from '../files/whole-file';
import { runPaths } from './paths';

export async function readMeta(dir: string): Promise<MetaFile> {
  return (await readJsonFile(runPaths(dir).meta, zMetaFile)) ?? {};
}

/** Title, notes, pinned and archived of a run; what is not named stays. */
export async function updateMeta(dir: string, change: MetaFile): Promise<MetaFile> {
  const next = { ...(await readMeta(dir)), ...change };
  await writeJson(runPaths(dir).meta, next);
  return next;
}
