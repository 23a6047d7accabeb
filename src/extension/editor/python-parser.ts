import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Edit, Language, type Node, Parser, type Tree } from 'web-tree-sitter';
import type { PyNode } from '../../domain/python/node';

/** A change of a text, by offsets in UTF-16 units. */
export type TextChange = { readonly offset: number; readonly removed: number; readonly text: string };

export type PythonParser = {
  /** The tree of a whole new text. */
  open(text: string): PythonText;
  dispose(): void;
};

/** A text of which only the changed part is parsed again. */
export type PythonText = {
  /** To be read before the next change; functions that a schedule keeps are copied whole when they are found. */
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

/** The folder into which the bundle step puts them. */
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
      root ??= lazyNode(tree.rootNode, text, { fieldName: undefined, parent: undefined });
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

/**
 * A node that reads its children when they are first needed: a hover needs a few lines of a long file, and each node is
 * several calls into WebAssembly. What was read stays readable after the tree is gone.
 */
function lazyNode(node: Node, text: string, place: Pick<PyNode, 'fieldName' | 'parent'>): PyNode {
  const { startIndex: start, endIndex: end, type, isNamed } = node;
  let tokens: readonly PyNode[] | undefined;
  const lazy: PyNode = {
    type,
    isNamed,
    start,
    end,
    ...place,
    get text() {
      return text.slice(start, end);
    },
    get tokens() {
      tokens ??= childrenOf(node, text, lazy);
      return tokens;
    },
  };
  return lazy;
}

function childrenOf(node: Node, text: string, parent: PyNode): readonly PyNode[] {
  return node.children.map((child, i) =>
    lazyNode(child, text, { fieldName: node.fieldNameForChild(i) ?? undefined, parent }),
  );
}
