import { type Document, isMap, isScalar, LineCounter, type Node, type Pair } from 'yaml';
import { type Problem, type Severity, type SourceRange, worded } from '../../base/problem';
import type { Words } from '../../base/words';
import { parseYaml, type YamlFault } from '../yaml/document';

/** A parsed YAML text that knows the place of each of its nodes. */
export type YamlSource = {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly faults: readonly YamlFault[];
  range(node: unknown): SourceRange | undefined;
};

/** The names of 65,535 classes, the most there can be, have 2 million characters at 30 each. */
const MOST_CHARACTERS = 3_000_000;

export function parseYamlSource(text: string, file: string): YamlSource {
  const lineCounter = new LineCounter();
  const { document, faults } = parseYaml(text, { lines: lineCounter, mostCharacters: MOST_CHARACTERS });
  const at = (start: number, end: number): SourceRange => {
    const { line, col } = lineCounter.linePos(start);
    return { start, end, line, column: col };
  };
  return {
    file,
    document,
    faults,
    range: (node) => {
      const range = (node as Partial<Node> | undefined | null)?.range;
      return range ? at(range[0], range[1]) : undefined;
    },
  };
}

export function syntaxProblems(source: YamlSource): Problem[] {
  return source.faults.map(({ start, end, ...said }) => ({
    severity: 'error' as const,
    file: source.file,
    ...said,
    range: source.range({ range: [start, end, end] }),
  }));
}

export type ProblemPlace = {
  readonly severity?: Severity;
  readonly key?: string;
  readonly node?: unknown;
  readonly fix?: Problem['fix'];
};

/** A problem of this text; `place.node` gives it its range. */
export function problemAt(source: YamlSource, said: Words, place: ProblemPlace = {}): Problem {
  const { severity = 'error', key, node, fix } = place;
  return { severity, ...worded(said), file: source.file, key, range: source.range(node), fix };
}

/** Top-level pairs by key, empty if the text is not a mapping. */
export function topLevelPairs(source: YamlSource): Map<string, Pair> {
  const { contents } = source.document;
  if (!isMap(contents)) return new Map();
  return new Map(contents.items.map((pair) => [keyText(pair.key), pair]));
}

export function keyText(key: unknown): string {
  return String(isScalar(key) ? (key.source ?? key.value) : key);
}
