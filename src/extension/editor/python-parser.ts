import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Edit, Language, Parser, type Tree, type TreeCursor } from 'web-tree-sitter';
import type { PyNode } from '../../domain/python/node';

/** A change of a text, by offsets in UTF-16 units. */
export type TextChange = { readonly offset: number; readonly removed: number; readonly text: string };

export type PythonParser = {
  /** The tree of a whole new text. */
  open(text: string): PythonText;
  dispose(): void;
};

/** A text that is parsed anew in part only where it changes. */
export type PythonText = {
  readonly root: PyNode;
  readonly hasErrors: boolean;
  change(changes: readonly TextChange[], text: string): PythonText;
  dispose(): void;
};

/** Loads the runtime and the grammar, two .wasm files in one folder. */
export async function loadPythonParser(files: {
  readonly runtime: string;
  readonly grammar: string;
}): Promise<PythonParser> {
  await Parser.init({ locateFile: () => files.runtime });
  const language = await Language.load(await readFile(files.grammar));
  const parser = new Parser();
  parser.setLanguage(language);
  return { open: (text) => parsed(parser, text, null), dispose: () => parser.delete() };
}

/** Where the bundle step puts them. */
export function bundledGrammar(folder: string): Parameters<typeof loadPythonParser>[0] {
  return {
    runtime: path.join(folder, 'web-tree-sitter.wasm'),
    grammar: path.join(folder, 'tree-sitter-python.wasm'),
  };
}

function parsed(parser: Parser, text: string, old: Tree | null): PythonText {
  const tree = parser.parse(text, old);
  if (tree === null) throw new Error('the Python text could not be parsed');
  let root: PyNode | undefined;
  return {
    get root() {
      root ??= copyTree(tree, text);
      return root;
    },
    hasErrors: tree.rootNode.hasError,
    change(changes, next) {
      for (const change of changes) tree.edit(editOf(change, text) as Edit);
      const changed = parsed(parser, next, changes.length === 1 ? tree : null);
      tree.delete();
      return changed;
    },
    dispose: () => tree.delete(),
  };
}

function editOf(
  { offset, removed, text }: TextChange,
  before: string,
): Omit<Edit, 'editPoint' | 'editRange'> {
  const after = before.slice(0, offset) + text;
  return {
    startIndex: offset,
    oldEndIndex: offset + removed,
    newEndIndex: offset + text.length,
    startPosition: pointAt(before, offset),
    oldEndPosition: pointAt(before, offset + removed),
    newEndPosition: pointAt(after, after.length),
  };
}

function pointAt(text: string, offset: number): { row: number; column: number } {
  const before = text.slice(0, offset);
  return { row: before.split('\n').length - 1, column: offset - (before.lastIndexOf('\n') + 1) };
}

type Open = { -readonly [Key in keyof PyNode]: PyNode[Key] } & { tokens: PyNode[] };

/**
 * The tree as plain objects: they outlive the parser's memory, and reading them costs no way into WebAssembly. Copied with a
 * cursor and without recursion, for deep nesting while someone types.
 */
function copyTree(tree: Tree, text: string): PyNode {
  const cursor = tree.walk();
  const root = copyNode(cursor, text, undefined);
  let at: Open = root;
  for (let parent = below(cursor, at); parent !== undefined; parent = below(cursor, at)) {
    at = add(parent, copyNode(cursor, text, parent));
  }
  cursor.delete();
  return root;
}

/** Moves the cursor to the next node in the order of the text; answers its parent. */
function below(cursor: TreeCursor, at: Open): Open | undefined {
  if (cursor.gotoFirstChild()) return at;
  for (let node: PyNode = at; node.parent !== undefined; node = node.parent) {
    if (cursor.gotoNextSibling()) return node.parent as Open;
    cursor.gotoParent();
  }
  return undefined;
}

function add(parent: Open, child: Open): Open {
  parent.tokens.push(child);
  return child;
}

function copyNode(cursor: TreeCursor, text: string, parent: PyNode | undefined): Open {
  const start = cursor.startIndex;
  const end = cursor.endIndex;
  return {
    type: cursor.nodeType,
    get text() {
      return text.slice(start, end);
    },
    start,
    end,
    isNamed: cursor.nodeIsNamed,
    fieldName: cursor.currentFieldName ?? undefined,
    parent,
    tokens: [],
  };
}
