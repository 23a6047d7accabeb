import path from 'node:path';
import { withAbsolutePath } from '../dataset/hand-over';
import type { Experiment } from '../domain/experiment/types';
import { writeWhole } from '../run/folder/write-file';

/**
 * The dataset as it is passed to a foreign trainer: the file that the experiment names, or a copy in the run folder
 * whose `path` is absolute, so that it reads the images that Pitwall has checked and counted.
 */
export async function handedData({ data }: Pick<Experiment, 'data'>, dir: string): Promise<string> {
  const text = await withAbsolutePath(data);
  if (text === undefined) return data;
  const file = path.join(dir, 'data.yaml');
  await writeWhole(file, text);
  return file;
}
