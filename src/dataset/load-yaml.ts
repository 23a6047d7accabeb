import path from 'node:path';
import { toError } from '../base/async';
import { type Problem, worded } from '../base/problem';
import { lineOf } from '../base/worded-error';
import { withoutPlace, words } from '../base/words';
import { type DatasetYaml, parseDatasetYaml } from '../domain/dataset/parse';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';
import { decodeText, notUtf8 } from './text';

export type LoadedYaml = {
  readonly dataset: DatasetYaml | undefined;
  /** What could be read in spite of errors. */
  readonly draft?: DatasetYaml;
  readonly problems: readonly Problem[];
};

/** Reads and parses a dataset YAML; a missing file is a problem like any other. */
export async function loadDatasetYaml(file: string): Promise<LoadedYaml> {
  const bytes = await bytesOf(file);
  if (!(bytes instanceof Error)) return parseBytes(bytes, file);
  const missing = (bytes as NodeJS.ErrnoException).code === 'ENOENT';
  // The problem begins with the file already.
  const said = missing
    ? words('dataset YAML does not exist')
    : words('dataset YAML cannot be read: {0}', withoutPlace(lineOf(bytes), file));
  return { dataset: undefined, problems: [{ severity: 'error', file: path.resolve(file), ...worded(said) }] };
}

function parseBytes(bytes: Uint8Array, file: string): LoadedYaml {
  const decoded = decodeText(bytes);
  if (decoded.kind === 'text') return parseDatasetYaml(decoded.text, file);
  return {
    dataset: undefined,
    problems: [{ severity: 'error', file, ...worded(notUtf8(decoded.encoding)) }],
  };
}

async function bytesOf(file: string): Promise<Uint8Array | Error> {
  try {
    return await readBytes(file, { most: MOST_BYTES.yaml, links: 'follow' });
  } catch (error) {
    return toError(error);
  }
}
