import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { KEYS } from '../../src/domain/experiment/key-table';
import { BLOCKS } from '../../src/domain/experiment/keys-pitwall';
import { SWEEP_BLOCKS, SWEEP_KEYS } from '../../src/domain/sweep/sweep-keys';
import { TARGET_KEYS } from '../../src/domain/targets/target-keys';
import { repositoryRoot } from './shared';

const FOLDERS = ['src', 'webview'];

/**
 * Every English message that is passed to `t(...)`, `vscode.l10n.t(...)` or `words(...)`, and the documentation of each
 * key.
 */
export function collectStrings(): string[] {
  const keys = [...KEYS, ...SWEEP_KEYS, ...TARGET_KEYS].map((spec) => spec.doc);
  const docs = [...keys, ...BLOCKS.values(), ...SWEEP_BLOCKS.values()];
  const found = [...sourceFiles().flatMap(stringsOf), ...pythonFiles().flatMap(pythonStringsOf), ...docs];
  return [...new Set(found)].sort();
}

const sourceFiles = (): string[] => FOLDERS.flatMap((folder) => filesIn(folder, '.ts'));
const pythonFiles = (): string[] => filesIn('src/trainers/ultralytics', '.py');

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(repositoryRoot, folder, file));
}

/** The trainer in Python answers requests, too: each call of its `words` begins with a literal. */
function pythonStringsOf(file: string): string[] {
  const calls = readFileSync(file, 'utf8').matchAll(/(?<!def )\bwords\((?:"([^"]*)")?/g);
  return [...calls].map(([call, text]) => {
    if (text === undefined) throw new Error(`${file}: ${call} is not followed by a literal`);
    return text;
  });
}

/** Calls of `words(...)` whose sentence is put together on the spot: nothing can translate it. */
export function untranslatable(): string[] {
  const users = sourceFiles().filter((file) =>
    /\bwords\b.* from '.*\/words'/.test(readFileSync(file, 'utf8')),
  );
  return users.flatMap((file) => {
    const found: string[] = [];
    visitCalls(file, (call) => {
      const isWords = ts.isIdentifier(call.expression) && call.expression.text === 'words';
      if (isWords && literalsOf(call.arguments[0]).length === 0) found.push(`${file}: ${call.getText()}`);
    });
    return found;
  });
}

function stringsOf(file: string): string[] {
  const found: string[] = [];
  visitCalls(file, (call) => {
    if (isTranslate(call.expression)) found.push(...literalsOf(call.arguments[0]));
  });
  return found;
}

function visitCalls(file: string, see: (call: ts.CallExpression) => void): void {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) see(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
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
