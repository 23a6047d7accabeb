import { type Document, isMap, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { Problem, Severity, SourceRange } from '../../base/problem';

/** A parsed YAML text that can say where each of its nodes stands. */
export type YamlSource = {
  readonly file: string;
  readonly document: Document.Parsed;
  range(node: unknown): SourceRange | undefined;
};

export function parseYamlSource(text: string, file: string): YamlSource {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (start: number, end: number): SourceRange => {
    const { line, col } = lineCounter.linePos(start);
    return { start, end, line, column: col };
  };
  return {
    file,
    document,
    range: (node) => {
      const range = (node as Partial<Node> | undefined | null)?.range;
      return range ? at(range[0], range[1]) : undefined;
    },
  };
}

export function syntaxProblems(source: YamlSource): Problem[] {
  return source.document.errors.map((error) => ({
    severity: 'error' as const,
    file: source.file,
    message: error.message,
    range: source.range({ range: [error.pos[0], error.pos[1], error.pos[1]] }),
  }));
}

export type Place = {
  readonly severity?: Severity;
  readonly key?: string;
  readonly node?: unknown;
  readonly fix?: Problem['fix'];
};

/** A problem of this text; `place.node` gives it its range. */
export function problemAt(source: YamlSource, message: string, place: Place = {}): Problem {
  const { severity = 'error', key, node, fix } = place;
  return { severity, message, file: source.file, key, range: source.range(node), fix };
}

/** Top-level pairs by key, empty where the text is no mapping. */
export function topLevelPairs(source: YamlSource): Map<string, Pair> {
  const { contents } = source.document;
  if (!isMap(contents)) return new Map();
  return new Map(contents.items.map((pair) => [keyText(pair.key), pair]));
}

export function keyText(key: unknown): string {
  return String(isScalar(key) ? (key.source ?? key.value) : key);
}
