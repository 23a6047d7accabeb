import { type MetaFile, zMetaFile } from '../files';
import { MOST_BYTES } from './bounds';
import { runPaths } from './paths';
import { readJsonFile, writeJson } from './whole-file';

export async function readMeta(dir: string): Promise<MetaFile> {
  return (await readJsonFile(runPaths(dir).meta, zMetaFile, { most: MOST_BYTES.meta })) ?? {};
}

/** Title, notes, pinned and archived of a run; what is not named does not change. */
export async function updateMeta(dir: string, change: MetaFile): Promise<MetaFile> {
  const next = { ...(await readMeta(dir)), ...change };
  await writeJson(runPaths(dir).meta, next);
  return next;
}
