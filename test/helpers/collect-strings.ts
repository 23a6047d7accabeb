import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { KEYS } from '../../src/domain/experiment/key-table';
import { BLOCKS } from '../../src/domain/experiment/keys-pitwall';
import { repositoryRoot } from './shared';

const FOLDERS = [
  'src/base',
  'src/extension',
  'src/protocol',
  'src/domain/display',
  'src/domain/compare',
  'src/domain/python',
  'src/domain/experiment',
  'src/domain/yaml',
  'src/domain/run',
  'src/domain/advice',
  'src/domain/schedule',
  'webview',
];

/**
 * Every English message that is passed to `t(...)`, `vscode.l10n.t(...)` or `words(...)`, and the documentation of each
 * key.
 */
export function collectStrings(): string[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.join(repositoryRoot, folder, file)),
  );
  const docs = [...KEYS.map((spec) => spec.doc), ...BLOCKS.values()];
  return [...new Set([...files.flatMap(stringsOf), ...docs])].sort();
}

function stringsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTranslate(node.expression))
      found.push(...literalsOf(node.arguments[0]));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTranslate(callee: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text === 't';
  return ts.isIdentifier(callee) && (callee.text === 't' || callee.text === 'words');
}

/** A literal, or either branch of a choice between literals. */
function literalsOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isConditionalExpression(node)
    ? [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)]
    : [];
}
