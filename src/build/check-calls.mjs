// Rules about calls that a type or a whole statement decides. Usage: node check-calls.mjs [root] [fewest files]
//   floating   a promise that is neither awaited, returned, kept nor caught: whatever it throws is lost, or ends the process
//   void       `void promise` in engine and keeper, which hides exactly that
//   listener   an async function as a listener whose caller ignores the promise, in engine and keeper
//   mkdir      Node's recursive mkdir, which never returns below some folders (src/run/folder/make-folder.ts says more)
//   port       a message sent or awaited beside the channel (src/protocol/channel.ts), which answers or fails each request
//   trainer    a comparison with the name of a trainer: src/domain/experiment/trainers.ts has traits to ask for
//   sleep      a test that waits for a time and not for a state (test/helpers/until.ts waits for states)
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const home = path.resolve(import.meta.dirname, '../..');
const root = path.resolve(process.argv[2] ?? home);
const fewest = Number(process.argv[3] ?? 400);

const PROJECTS = [
  'src/tsconfig.node.json',
  'src/extension/tsconfig.json',
  'webview/tsconfig.json',
  'test/tsconfig.json',
];
const SUPERVISED = /^src\/(engine|keeper)\//;
const MAKES_FOLDERS = /^src\/run\/folder\/make-folder\.ts$/;
/** The transports of the channel; and pages that the host draws, which have one script and ask nothing. */
const MAY_POST =
  /^(src\/protocol\/node\/|src\/extension\/pages\/(webview-line|drawn-page)\.ts$|webview\/base\/host\.ts$)/;
/** The helper that waits for the tests, and programs that play a part in them. */
const MAY_SLEEP = /^test\/(helpers\/until\.ts|bench\/|e2e\/|faults\/|fuzz\/|fixtures\/)/;

const TRAINERS = new Set(['builtin', 'ultralytics', 'command']);

const problems = new Set();
const seen = new Set();
function checkProject(project) {
  const file = path.join(root, project);
  const { config } = ts.readConfigFile(file, (name) => readFileSync(name, 'utf8'));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(file));
  const program = ts.createProgram(parsed.fileNames, parsed.options);
  const checker = program.getTypeChecker();
  for (const source of program.getSourceFiles()) {
    const name = path.relative(root, source.fileName).replaceAll('\\', '/');
    if (source.isDeclarationFile || !/^(src|webview|test)\//.test(name) || seen.has(name)) continue;
    seen.add(name);
    visit(source, { source, name, checker });
  }
}

function visit(node, file) {
  for (const [rule, breaks] of Object.entries(RULES)) if (breaks(node, file)) report(rule, node, file);
  ts.forEachChild(node, (child) => visit(child, file));
}

function report(rule, node, { source, name }) {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
  problems.add(
    `call check: ${rule}: ${name}:${line + 1}: ${node.getText(source).split('\n')[0].slice(0, 90)}`,
  );
}

/** The rules; each returns whether a node breaks it. */
const RULES = {
  floating: (node, { checker }) => ts.isExpressionStatement(node) && floats(node.expression, checker),
  void: (node, { name, checker }) =>
    SUPERVISED.test(name) && ts.isVoidExpression(node) && isPromise(node.expression, checker),
  listener: (node, { name, checker }) =>
    SUPERVISED.test(name) &&
    isAsyncFunction(node) &&
    ts.isCallExpression(node.parent) &&
    isIgnored(node, checker),
  mkdir: (node, { name }) =>
    /^src\/(?!build\/)/.test(name) &&
    !MAKES_FOLDERS.test(name) &&
    /^mkdir(Sync)?$/.test(calledName(node)) &&
    node.arguments.some((argument) => /\brecursive\s*:\s*true/.test(argument.getText())),
  port: (node, { name }) =>
    /^(src\/(?!build\/)|webview\/)/.test(name) &&
    !MAY_POST.test(name) &&
    ((ts.isImportSpecifier(node) && node.name.text === 'parentPort') || calledName(node) === 'postMessage'),
  trainer: (node, { name }) =>
    /^(src\/(?!build\/|trainers\/)|webview\/)/.test(name) &&
    ts.isBinaryExpression(node) &&
    /\btrainer$/.test(node.left.getText()) &&
    TRAINERS.has(node.right.text),
  sleep: (node, { name }) =>
    name.startsWith('test/') &&
    !MAY_SLEEP.test(name) &&
    /^(sleep|delay|setTimeout|waitForTimeout)$/.test(calledName(node)),
};

function floats(expression, checker) {
  if (ts.isParenthesizedExpression(expression)) return floats(expression.expression, checker);
  if (ts.isConditionalExpression(expression))
    return floats(expression.whenTrue, checker) || floats(expression.whenFalse, checker);
  if (ts.isBinaryExpression(expression)) {
    const keeps = expression.operatorToken.getText().endsWith('=');
    return !keeps && floats(expression.right, checker);
  }
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression)) return false;
  return isPromise(expression, checker) && !isCaught(expression);
}

/** .catch(handler) or .then(one, other); .finally passes on what it got. */
function isCaught(expression) {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  const { name, expression: on } = expression.expression;
  if (name.text === 'finally') return isCaught(on);
  return name.text === 'catch' || (name.text === 'then' && expression.arguments.length > 1);
}

function isPromise(expression, checker) {
  const type = checker.getTypeAtLocation(expression);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(
    (part) => part.getProperty('then') !== undefined && part.getProperty('catch') !== undefined,
  );
}

const isAsyncFunction = (node) =>
  (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) &&
  (node.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);

/** The caller ignores the result: each expected signature returns nothing. */
function isIgnored(node, checker) {
  const signatures = checker.getContextualType(node)?.getCallSignatures() ?? [];
  return (
    signatures.length > 0 &&
    signatures.every((one) => (checker.getReturnTypeOfSignature(one).flags & ts.TypeFlags.Void) !== 0)
  );
}

function calledName(node) {
  if (!ts.isCallExpression(node)) return '';
  const { expression } = node;
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : '';
}

for (const project of PROJECTS.filter((file) => existsSync(path.join(root, file)))) checkProject(project);

for (const problem of problems) console.error(problem);
if (seen.size < fewest)
  console.error(`call check: only ${seen.size} files seen, expected at least ${fewest}`);
if (problems.size > 0 || seen.size < fewest) process.exit(1);
console.log(`call check: ${seen.size} files`);
