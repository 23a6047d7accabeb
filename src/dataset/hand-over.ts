import path from 'node:path';
import { parseYamlSource } from '../domain/dataset/yaml-source';
import { MOST_BYTES } from '../run/folder/bounds';
import { readBytes } from '../run/folder/read-file';
import { decodeText, loadDatasetYaml } from './load-yaml';
import { rootOf } from './sources';

/**
 * The folder from which a dataset with a relative `path` is read; undefined for one that means the same to every
 * program as it is. Ultralytics resolves a relative one against its working directory, else its datasets folder, and
 * never against the YAML's folder, which is what most people mean.
 */
export async function relativeRoot(yaml: string): Promise<string | undefined> {
  const { dataset } = await loadDatasetYaml(yaml);
  const [source] = dataset?.train ?? [];
  if (dataset?.path === undefined || path.isAbsolute(dataset.path) || source === undefined) return undefined;
  return rootOf(dataset, yaml, source);
}

/** The text of a dataset YAML whose `path` is absolute; undefined if it need not change. */
export async function withAbsolutePath(yaml: string): Promise<string | undefined> {
  const root = await relativeRoot(yaml);
  const decoded =
    root === undefined
      ? undefined
      : decodeText(await readBytes(yaml, { most: MOST_BYTES.yaml, links: 'follow' }));
  if (decoded?.kind !== 'text') return undefined;
  const { document } = parseYamlSource(decoded.text, yaml);
  document.set('path', root);
  return document.toString();
}
