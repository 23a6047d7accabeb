import path from 'node:path';
import { toError } from '../base/async';
import type { Problem } from '../base/problem';
import { type DatasetYaml, parseDatasetYaml } from '../domain/dataset/parse';
import { MOST_BYTES } from '../run/folder/bounds';
import { readText } from '../run/folder/read-file';

export type LoadedYaml = { readonly dataset: DatasetYaml | undefined; readonly problems: readonly Problem[] };

/** Reads and parses a dataset YAML; a file that is not there is a problem like any other. */
export async function loadDatasetYaml(file: string): Promise<LoadedYaml> {
  const text = await textOf(file);
  if (typeof text === 'string') return parseDatasetYaml(text, file);
  const missing = (text as NodeJS.ErrnoException).code === 'ENOENT';
  const message = missing ? 'dataset YAML does not exist' : `dataset YAML cannot be read: ${text.message}`;
  return { dataset: undefined, problems: [{ severity: 'error', file: path.resolve(file), message }] };
}

async function textOf(file: string): Promise<string | Error> {
  try {
    return await readText(file, { most: MOST_BYTES.yaml, links: 'follow' });
  } catch (error) {
    return toError(error);
  }
}
