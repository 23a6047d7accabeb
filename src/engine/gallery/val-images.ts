import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { listClassImages } from '../../dataset/class-folders';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import { listSplit } from '../../dataset/sources';
import type { RunState } from '../../run/state';
import { experimentNow } from '../control/follow-folder';

/** The files that the val split of a run's dataset lists. What a run folder names is an image only if it is one of them. */
export type ValImages = { readonly base: string; readonly files: ReadonlySet<string> };

/** Undefined if the dataset is not there. Reads the dataset that the run names: only for a run of this user. */
export async function listValImages({ run, plan }: RunState): Promise<ValImages | undefined> {
  const data = run && experimentNow(run, plan?.dataset).data;
  if (data === undefined) return undefined;
  const { dataset } = await loadDatasetYaml(data);
  const listed = dataset ? await listSplit(dataset, data, 'val') : await listClasses(data);
  if (!listed) return undefined;
  const files = listed.files.map((file) => path.resolve(file));
  return { base: path.dirname(data), files: new Set([...files, ...(await withoutLinks(files))]) };
}

/** The absolute path of an image that a run folder names; undefined if the val split does not list it. */
export function listedFile({ base, files }: ValImages, name: string): string | undefined {
  const file = path.resolve(base, name);
  return files.has(file) ? file : undefined;
}

async function listClasses(folder: string): Promise<{ readonly files: readonly string[] } | undefined> {
  const images = (await listClassImages(folder, 'val'))?.images;
  return images && { files: images.map(({ file }) => file) };
}

/** Another library may follow the links on the way to a file before it names it. */
async function withoutLinks(files: readonly string[]): Promise<string[]> {
  const folders = [...new Set(files.map((file) => path.dirname(file)))];
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  const at = new Map(folders.map((folder, i) => [folder, real[i]]));
  return files.map((file) => path.join(at.get(path.dirname(file)) ?? '', path.basename(file)));
}
