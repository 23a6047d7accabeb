import {
  Composer,
  type CST,
  type Document,
  isScalar,
  Lexer,
  type LineCounter,
  type Node,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { type Problem, worded } from '../../base/problem';
import { words } from '../../base/words';
import { plainTree } from './plain-tree';

export type YamlFault = Pick<Problem, 'message' | 'words'> & { readonly start: number; readonly end: number };

export type YamlDocument = { readonly document: Document.Parsed; readonly faults: readonly YamlFault[] };

export type YamlOptions = {
  readonly lines: LineCounter;
  /** The longest text that is parsed: parsing takes a second for a few million characters, and the editor waits. */
  readonly mostCharacters: number;
};

/** A person corrects the first few; a list of a hundred thousand would take longer to show than to find. */
export const MOST_FAULTS = 100;

/** Parses a YAML text whose length, depth, duplicates and aliases cannot make it slow. Never throws. Its tree is a plain one. */
export function parseYaml(text: string, options: YamlOptions): YamlDocument {
  const { mostCharacters } = options;
  if (text.length > mostCharacters) {
    return failed(worded(words('is {0} characters long; the most is {1}', text.length, mostCharacters)));
  }
  const tokens = shallowTokens(text, options.lines);
  if (tokens === undefined) return failed(worded(words('is nested too deep')));
  const [document, second] = compose(tokens, text.length);
  if (second !== undefined) return { document, faults: [{ ...worded(ONE_DOCUMENT), ...placeOf(second) }] };
  return { document, faults: faultsOf(document, options.lines) };
}

/**
 * An experiment nests two blocks. The library recurses for each level and ends the whole process near the stack's end.
 */
const MOST_DEPTH = 100;

const ONE_DOCUMENT = words('holds more than one document');

/** The tokens of a text; undefined if it is nested too deep. */
function shallowTokens(text: string, lines: LineCounter): readonly CST.Token[] | undefined {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MOST_DEPTH) return undefined;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function compose(tokens: readonly CST.Token[], length: number): readonly [Document.Parsed, Document.Parsed?] {
  // The library compares each key with all before it: 100,000 keys take minutes. `duplicates` finds the same in one pass.
  // Its warnings would go to stderr as Node's; what is wrong with a key is a problem here.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  const [first, second] = [...composer.compose(tokens, true, length)] as Document.Parsed[];
  return second === undefined ? [first] : [first, second];
}

function placeOf(node: unknown): { readonly start: number; readonly end: number } {
  const [start, end] = (node as Partial<Node> | null)?.range ?? [0, 0];
  return { start, end };
}

function failed(said: Pick<Problem, 'message' | 'words'>): YamlDocument {
  return { document: compose([], 0)[0], faults: [{ ...said, start: 0, end: 0 }] };
}

function faultsOf(document: Document.Parsed, lines: LineCounter): readonly YamlFault[] {
  const errors = document.errors
    .slice(0, MOST_FAULTS)
    .map(({ message, pos: [start, end] }): YamlFault => ({ message: firstLine(message), start, end }));
  if (errors.length > 0) return errors;
  // Before what is merged is among what is written.
  const twice = duplicates(document, lines);
  return twice.length > 0
    ? twice
    : plainTree(document).map(({ said, node }) => ({ ...worded(said), ...placeOf(node) }));
}

function duplicates(document: Document.Parsed, lines: LineCounter): readonly YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Map: (_, map) => {
      faults.push(...duplicatesIn(map, lines));
      return faults.length < MOST_FAULTS ? undefined : visit.BREAK;
    },
  });
  return faults.slice(0, MOST_FAULTS);
}

/** A merge, `<<`, may occur more than once. */
function duplicatesIn(map: YAMLMap, lines: LineCounter): readonly YamlFault[] {
  const seen = new Map<unknown, unknown>();
  const faults: YamlFault[] = [];
  for (const { key } of map.items) {
    if (!isScalar(key) || key.value === '<<') continue;
    if (seen.has(key.value) && faults.length < MOST_FAULTS)
      faults.push(duplicate(key, lines.linePos(placeOf(seen.get(key.value)).start).line));
    else seen.set(key.value, key);
  }
  return faults;
}

function duplicate(key: Scalar, line: number): YamlFault {
  return {
    ...worded(words('{0} is given twice: line {1} has it too', String(key.value), line)),
    ...placeOf(key),
  };
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0];
}
