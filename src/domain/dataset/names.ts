import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../../base/problem';
import { words } from '../../base/words';
import { keyText, problemAt, type YamlSource } from './yaml-source';

/** Most classes that the flat class columns (Uint16) can hold. */
const MOST_CLASSES = 65_535;

/** `names` as a list or a mapping from index to name, else `nc` unnamed classes; both given must agree. */
export function parseNames(source: YamlSource, pairs: Map<string, Pair>, problems: Problem[]): string[] {
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
