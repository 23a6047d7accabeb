import { isMap, isScalar, LineCounter, type Node, type Pair } from 'yaml';
import { type Problem, type SourceRange, worded } from '../../base/problem';
import { words } from '../../base/words';
import { parseYaml } from '../yaml/document';
import type { KeyEntry } from './entries';
import { BLOCKS } from './keys-pitwall';

export type YamlEntries = { readonly entries: readonly KeyEntry[]; readonly problems: readonly Problem[] };

/** An args.yaml of Ultralytics has 3,000. */
export const LONGEST_EXPERIMENT = 100_000;

type RangedSource = {
  readonly file: string;
  readonly shape: FileShape;
  rangeOf(start: number, end: number): SourceRange;
};

/** A kind of YAML file of ours. */
export type FileShape = {
  /** Names of the blocks whose keys are dotted. */
  readonly blocks: Pick<ReadonlyMap<string, string>, 'has'>;
  readonly what: string;
};

const EXPERIMENT: FileShape = { blocks: BLOCKS, what: 'an experiment' };

/** The keys of a YAML text with their places. Blocks of ours are flattened to dotted keys; all else stays whole. */
export function readYaml(text: string, file: string, shape = EXPERIMENT): YamlEntries {
  const lines = new LineCounter();
  const source: RangedSource = {
    file,
    shape,
    rangeOf: (start, end) => {
      const { line, col } = lines.linePos(start);
      return { start, end, line, column: col };
    },
  };
  try {
    return readDocument(text, lines, source);
  } catch (reason) {
    // Aliases without an anchor and alias bombs appear only when values are read.
    return {
      entries: [],
      problems: [{ severity: 'error', message: firstLine(reason), file }],
    };
  }
}

function readDocument(text: string, lines: LineCounter, source: RangedSource): YamlEntries {
  const { document, faults } = parseYaml(text, { lines, mostCharacters: LONGEST_EXPERIMENT });
  const problems = faults.map(
    ({ start, end, ...said }): Problem => ({
      severity: 'error',
      ...said,
      file: source.file,
      range: source.rangeOf(start, end),
    }),
  );
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { entries: [], problems };
  if (!isMap(root)) {
    const range = source.rangeOf(0, text.length);
    const message = `${source.shape.what} is a list of "key: value" lines`;
    return { entries: [], problems: [...problems, { severity: 'error', message, file: source.file, range }] };
  }
  const value = (node: unknown): unknown => (isNode(node) ? node.toJS(document) : node);
  const items = root.items as readonly Pair[];
  const entries = items.flatMap((pair) => readPair(pair, '', source, value));
  return { entries, problems: problems.length > 0 ? problems : givenTwice(entries) };
}

/** A block and a dotted key may name the same: the parser sees two keys. */
function givenTwice(entries: readonly KeyEntry[]): readonly Problem[] {
  const seen = new Map<string, KeyEntry>();
  return entries.flatMap((entry): readonly Problem[] => {
    const { key, file, keyRange: range } = entry;
    const first = seen.get(key);
    seen.set(key, first ?? entry);
    if (!first) return [];
    const said = words('is given twice: line {0} has it too', first.keyRange?.line ?? 0);
    return [{ severity: 'error', ...worded(said), file, key, ...(range && { range }) }];
  });
}

function readPair(
  pair: Pair,
  prefix: string,
  source: RangedSource,
  js: (node: unknown) => unknown,
): KeyEntry[] {
  const key = prefix + String(js(pair.key));
  if (prefix === '' && source.shape.blocks.has(key) && isMap(pair.value)) {
    return (pair.value.items as readonly Pair[]).flatMap((inner) => readPair(inner, `${key}.`, source, js));
  }
  const keyRange = rangeOfNode(pair.key, source);
  return [
    {
      key,
      value: js(pair.value) ?? null,
      file: source.file,
      keyRange,
      valueRange: rangeOfNode(pair.value, source) ?? keyRange,
    },
  ];
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'toJS' in node;
}

function rangeOfNode(node: unknown, source: RangedSource): SourceRange | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return source.rangeOf(node.range[0], node.range[1]);
}

function firstLine(reason: unknown): string {
  const message = reason instanceof Error ? reason.message : String(reason);
  return message.split('\n', 1)[0];
}
