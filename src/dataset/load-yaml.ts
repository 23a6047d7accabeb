import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { toError } from '../base/async';
import type { Problem } from '../base/problem';
import { type DatasetYaml, parseDatasetYaml } from '../domain/dataset/parse';

export type LoadedYaml = { readonly dataset: DatasetYaml | undefined; readonly problems: readonly Problem[] };

/** Reads and parses a dataset YAML; a file that is not there is a problem like any other. */
export async function loadDatasetYaml(file: string): Promise<LoadedYaml> {
  const text = await readText(file);
  if (typeof text === 'string') return parseDatasetYaml(text, file);
  const missing = (text as NodeJS.ErrnoException).code === 'ENOENT';
  const message = missing ? 'dataset YAML does not exist' : `dataset YAML cannot be read: ${text.message}`;
  return { dataset: undefined, problems: [{ severity: 'error', file: path.resolve(file), message }] };
}

async function readText(file: string): Promise<string | Error> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    return toError(error);
  }
}
