import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { firstProblems, fixed, hasErrors, type Problem } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { words } from '../../base/words';
import { MOST_FAULTS } from '../yaml/document';
import {
  keyText,
  parseYamlSource,
  problemAt,
  syntaxProblems,
  topLevelPairs,
  type YamlSource,
} from './yaml-source';

export type SplitName = 'train' | 'val' | 'test';

/** An Ultralytics dataset YAML as written: sources are not resolved to files yet. */
export type DatasetYaml = {
  /** Root folder of the sources; absent: the folder of the YAML. */
  readonly path: string | undefined;
  /** Folders, images or .txt lists, by split; empty if the split is absent. */
  readonly train: readonly string[];
  readonly val: readonly string[];
  readonly test: readonly string[];
  /** Class names; the index is the class number. */
  readonly names: readonly string[];
  /** Columns of a label row: 5, or 5 + K * dim if the set has keypoints. */
  readonly columns: number;
};

export type ParsedDataset = {
  readonly dataset: DatasetYaml | undefined;
  /** What could be read in spite of errors: enough to count, never to train on. */
  readonly draft?: DatasetYaml;
  readonly problems: readonly Problem[];
};

const KNOWN = [
  'path',
  'train',
  'val',
  'validation',
  'test',
  'minival',
  'names',
  'nc',
  'channels',
  'download',
];
const BOX_COLUMNS = 5;

/** Reads a dataset YAML by Ultralytics' rules (facts A7). `dataset` is absent if a problem is an error. */
export function parseDatasetYaml(text: string, file: string): ParsedDataset {
  const source = parseYamlSource(text, file);
  const syntax = syntaxProblems(source);
  if (syntax.length > 0) return { dataset: undefined, problems: syntax };
  if (!isMap(source.document.contents)) {
    const said = words('is not a dataset: expected a mapping with train, val and names');
    return { dataset: undefined, problems: [problemAt(source, said)] };
  }
  return parseMapping(source, topLevelPairs(source));
}

function parseMapping(source: YamlSource, pairs: Map<string, Pair>): ParsedDataset {
  const problems: Problem[] = misspeltKeys(source, pairs);
  const names = parseNames(source, pairs, problems);
  const dataset: DatasetYaml = {
    path: parsePath(source, pairs, problems),
    train: parseSplit(source, pairs, problems, ['train']),
    val: parseSplit(source, pairs, problems, ['val', 'validation']),
    test: pairs.has('test') ? parseSplit(source, pairs, problems, ['test']) : [],
    names,
    columns: parseColumns(source, pairs, problems),
  };
  checkChannels(source, pairs, problems);
  return {
    dataset: hasErrors(problems) ? undefined : dataset,
    draft: dataset,
    problems: firstProblems(problems, MOST_FAULTS),
  };
}

/** Ultralytics ignores keys that it does not know; only those that look like a typing error are reported. */
function misspeltKeys(source: YamlSource, pairs: Map<string, Pair>): Problem[] {
  const problems: Problem[] = [];
  for (const [key, pair] of pairs) {
    if (KNOWN.includes(key)) continue;
    const meant = nearestName(key, KNOWN);
    if (meant === undefined || pairs.has(meant)) continue;
    const said = words('is not a key of a dataset, did you mean {0}?', meant);
    const fix = fixed(words('Change to {0}', meant), meant);
    problems.push(problemAt(source, said, { key, node: pair.key, fix, severity: 'warning' }));
  }
  return problems;
}

function parsePath(source: YamlSource, pairs: Map<string, Pair>, problems: Problem[]): string | undefined {
  const pair = pairs.get('path');
  if (!pair || (isScalar(pair.value) && pair.value.value === null)) return undefined;
  const text = isScalar(pair.value) ? String(pair.value.value) : undefined;
  if (text === undefined)
    problems.push(problemAt(source, words('must be one folder'), { key: 'path', node: pair.value }));
  return text || undefined;
}

function parseSplit(
  source: YamlSource,
  pairs: Map<string, Pair>,
  problems: Problem[],
  keys: readonly string[],
): string[] {
  const key = keys.find((k) => pairs.has(k)) ?? keys[0];
  const node = pairs.get(key)?.value;
  const items = isSeq(node) ? node.items : [node];
  const sources = items.filter(
    (item) => isScalar(item) && typeof item.value === 'string' && item.value !== '',
  );
  if (items.length === 0 || sources.length < items.length) {
    const said = isNothing(node)
      ? words('is missing: expected a folder of images, a .txt list, or a list of those')
      : words('expected a folder of images, a .txt list, or a list of those');
    problems.push(problemAt(source, said, { key, node: node ?? source.document.contents }));
  }
  return sources.map((item) => String(isScalar(item) ? item.value : ''));
}

function parseColumns(source: YamlSource, pairs: Map<string, Pair>, problems: Problem[]): number {
  const node = pairs.get('kpt_shape')?.value;
  if (node === undefined) return BOX_COLUMNS;
  const shape = isSeq(node) ? node.items.map((item) => Number(isScalar(item) ? item.value : Number.NaN)) : [];
  if (shape.length === 2 && shape.every((n) => Number.isInteger(n) && n > 0))
    return BOX_COLUMNS + shape[0] * shape[1];
  const said = words('must be [points, 2 or 3 values per point]');
  problems.push(problemAt(source, said, { key: 'kpt_shape', node }));
  return BOX_COLUMNS;
}

function checkChannels(source: YamlSource, pairs: Map<string, Pair>, problems: Problem[]): void {
  const node = pairs.get('channels')?.value;
  if (node === undefined || (isScalar(node) && node.value === 3)) return;
  problems.push(problemAt(source, words('must be 3: images are read as RGB'), { key: 'channels', node }));
}

/** Most classes that the flat class columns (Uint16) can hold. */
const MOST_CLASSES = 65_535;

/** `names` as a list or a mapping from index to name, else `nc` unnamed classes; both given must agree. */
function parseNames(source: YamlSource, pairs: Map<string, Pair>, problems: Problem[]): string[] {
  const count = parseCount(source, pairs.get('nc'), problems);
  const node = pairs.get('names')?.value;
  if (isNothing(node)) return unnamed(source, count, problems);
  const names = listNames(source, node, problems);
  if (count !== undefined && names.length > 0 && count !== names.length) {
    const said = words('is {0}, but names lists {1}: they must agree', count, names.length);
    problems.push(problemAt(source, said, { key: 'nc', node: pairs.get('nc')?.value }));
  }
  return names;
}

function isNothing(node: unknown): boolean {
  return node === undefined || node === null || (isScalar(node) && node.value === null);
}

function parseCount(source: YamlSource, pair: Pair | undefined, problems: Problem[]): number | undefined {
  if (!pair) return undefined;
  const count = isScalar(pair.value) ? pair.value.value : undefined;
  if (typeof count === 'number' && Number.isInteger(count) && count > 0 && count <= MOST_CLASSES)
    return count;
  const said = words('must be the number of classes, a whole number from 1 to {0}', MOST_CLASSES);
  problems.push(problemAt(source, said, { key: 'nc', node: pair.value }));
  return undefined;
}

function unnamed(source: YamlSource, count: number | undefined, problems: Problem[]): string[] {
  if (count !== undefined) return Array.from({ length: count }, (_, i) => `class_${i}`);
  const said = words('is missing: expected the class names (or nc, their number)');
  problems.push(problemAt(source, said, { key: 'names', node: source.document.contents }));
  return [];
}

function listNames(source: YamlSource, node: unknown, problems: Problem[]): string[] {
  if ((isSeq(node) || isMap(node)) && node.items.length > MOST_CLASSES) {
    const said = words('lists {0} classes: the most is {1}', node.items.length, MOST_CLASSES);
    problems.push(problemAt(source, said, { key: 'names', node }));
    return [];
  }
  if (isSeq(node)) return node.items.map((item) => nameOf(source, item, problems));
  if (isMap(node)) return mappedNames(source, node, problems);
  const said = words('must be a list of class names, or a mapping from class number to name');
  problems.push(problemAt(source, said, { key: 'names', node }));
  return [];
}

function mappedNames(source: YamlSource, map: YAMLMap, problems: Problem[]): string[] {
  const names = new Array<string>(map.items.length).fill('');
  for (const { key, value } of map.items) {
    const index = Number(keyText(key));
    if (Number.isInteger(index) && index >= 0 && index < names.length)
      names[index] = nameOf(source, value, problems);
    else {
      const said = words(
        'class number {0} must be a whole number from 0 to {1}, as there are {2} names',
        keyText(key),
        names.length - 1,
        names.length,
      );
      problems.push(problemAt(source, said, { key: 'names', node: key }));
    }
  }
  return names;
}

function nameOf(source: YamlSource, node: unknown, problems: Problem[]): string {
  if (isScalar(node)) return String(node.source ?? node.value);
  problems.push(problemAt(source, words('holds something that is not a name'), { key: 'names', node }));
  return '';
}
