// What the product's sources look like as a tree: files with their lines, who imports whom, declared names, functions.
// The size check and test/bench/tree.mjs read it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const SOURCES = /^(src|webview)\/.*\.ts$/;

/** Every TypeScript file of the product below `root`, as { file, lines, source }. */
export function readTree(root) {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'src', 'webview'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((file) => SOURCES.test(file) && !file.endsWith('.d.ts'))
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      return { file, lines: text.split('\n').length - 1, source };
    });
}

/** File -> the product's files that import it. A part that `import()` loads is separate: its importers do not count. */
export function importersOf(tree) {
  const importers = new Map(tree.map(({ file }) => [file, new Set()]));
  for (const { file, source } of tree)
    for (const name of importedNames(source))
      importers.get(`${path.posix.join(path.posix.dirname(file), name)}.ts`)?.add(file);
  return importers;
}

const importedNames = (source) =>
  source.statements
    .filter((statement) => ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))
    .map((statement) => statement.moduleSpecifier?.text ?? '');

/** Name -> files that declare a type of this name. */
export function typeNames(tree) {
  const names = new Map();
  for (const { file, source } of tree)
    for (const statement of source.statements)
      if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement))
        names.set(statement.name.text, [...(names.get(statement.name.text) ?? []), file]);
  return names;
}

/** Lines of every function with a body, nested ones too. */
export function functionLengths(tree) {
  const lengths = [];
  for (const { source } of tree) {
    const visit = (node) => {
      if (ts.isFunctionLike(node) && node.body) lengths.push(linesOf(source, node));
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return lengths;
}

function linesOf(source, node) {
  const line = (position) => source.getLineAndCharacterOfPosition(position).line;
  return line(node.getEnd()) - line(node.getStart()) + 1;
}

/** Every comment of a file as { line, text }, without its signs. */
export function commentLines({ source }) {
  const found = [];
  const seen = new Set();
  const collect = (node) => {
    for (const range of ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []) {
      if (seen.has(range.pos)) continue;
      seen.add(range.pos);
      const first = source.getLineAndCharacterOfPosition(range.pos).line + 1;
      source.text
        .slice(range.pos, range.end)
        .split('\n')
        .forEach((text, i) => {
          found.push({
            line: first + i,
            text: text.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)\s?|\*\/\s*$/g, '').trim(),
          });
        });
    }
    node.getChildren(source).forEach(collect);
  };
  collect(source);
  return found;
}
