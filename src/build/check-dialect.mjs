// House style: comments, messages, titles of tests and documents are plain English (src/build/dialect.mjs has the banned
// words). Usage: node check-dialect.mjs [root] [fewest files]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { dialectIn, isOldName } from './dialect.mjs';
import { commentLines } from './source-tree.mjs';

const root = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../..'));
const fewest = Number(process.argv[3] ?? 800);

const FOLDERS = ['src', 'webview', 'test', 'docs', '*.md', 'package.nls.json'];
/** Recorded data, what other checks are shown to fail on, and what former releases said. */
const LEFT_OUT = /^(test\/fixtures\/|test\/bench\/tree\.mjs$|src\/build\/dialect\.mjs$|CHANGELOG\.md$)/;
const TITLED = /^(it|test|describe|suite)/;

/** Texts for people in a file, as { line, text }. */
function textsOf(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  if (!/\.(ts|mjs|cjs)$/.test(file)) return file.endsWith('.py') ? pythonTexts(text) : numbered(text);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return [...commentLines({ source }), ...messages(source, file.startsWith('test/'))];
}

const numbered = (text) => text.split('\n').map((text, i) => ({ line: i + 1, text }));

/** Comments and docstrings: whatever is behind a hash or between three quotes. */
function pythonTexts(text) {
  let within = false;
  return numbered(text).filter(({ text }) => {
    const quotes = text.split('"""').length - 1;
    const isText = within || quotes > 0 || /(^|\s)#/.test(text);
    if (quotes % 2 === 1) within = !within;
    return isText;
  });
}

/** String literals of three words and more; of a test file only its titles. */
function messages(source, titlesOnly) {
  const found = [];
  const visit = (node) => {
    if (isText(node) && (!titlesOnly || isTitle(node)))
      found.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: node.text });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const isText = (node) =>
  (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) &&
  /\w+ \w+ \w+/.test(node.text);

const isTitle = (node) => ts.isCallExpression(node.parent) && TITLED.test(node.parent.expression.getText());

/** Names of the code that the glossary replaced, as { line, text }. */
function oldNames(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  if (file.endsWith('.py'))
    return numbered(text).filter(({ text }) => (text.match(/\b[A-Za-z_]\w*/g) ?? []).some(isOldName));
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    if (ts.isIdentifier(node) && isOldName(node.text))
      found.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: node.text });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...FOLDERS], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ts|mjs|cjs|py|md|json)$/.test(file) && !LEFT_OUT.test(file));

let problems = 0;
for (const file of files)
  for (const { line, text } of textsOf(file)) {
    const word = dialectIn(text);
    if (word === undefined) continue;
    problems++;
    console.error(`dialect: ${file}:${line}: "${word}": ${text.trim().slice(0, 120)}`);
  }
for (const file of files.filter((name) => /^(src|webview)\/.*\.(ts|py)$/.test(name)))
  for (const { line, text } of oldNames(file)) {
    problems++;
    console.error(`dialect: ${file}:${line}: name: ${text.trim().slice(0, 120)}`);
  }
if (files.length < fewest)
  console.error(`dialect: only ${files.length} files seen, expected at least ${fewest}`);
if (problems > 0 || files.length < fewest) process.exit(1);
console.log(`dialect: ${files.length} files`);
