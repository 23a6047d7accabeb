// The test command: every static gate, the vitest projects and the suite in a real VS Code. One closing line sums up.
// Usage: node test.mjs [SUITE...]   everything (the default), editor: a real VS Code, ultralytics: a real Ultralytics
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { banner, editorOutcome, failureNote, vitestFailures } from './outcome.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const artifacts = path.join(root, 'test/artifacts');
const totals = { passed: 0, failed: 0, skipped: 0 };
/** What must be seen even by a reader of the last lines alone; each is a few lines. */
const notes = [];

/** `mark` begins each line of a suite that runs beside another. Resolves to the exit code. */
async function node(args, label, mark = '') {
  console.log(`\n== ${label}`);
  const env = { ...process.env, VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' };
  const stdio = mark ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const child = spawn(process.execPath, args, { cwd: root, stdio, env });
  for (const input of mark ? [child.stdout, child.stderr] : [])
    createInterface({ input }).on('line', (line) => console.log(`${mark}${line}`));
  const [code] = await once(child, 'close');
  return code ?? 1;
}

function count(passed) {
  totals[passed ? 'passed' : 'failed'] += 1;
}

async function runVitest(projects) {
  const report = path.join(artifacts, 'vitest.json');
  rmSync(report, { force: true });
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const args = [
    vitest,
    'run',
    '--config',
    'test/vitest.config.ts',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const status = await node(args, `${projects.join(', ')} tests`);
  if (!existsSync(report)) {
    count(false);
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  notes.push(...failureNote(projects.join(', '), vitestFailures(testResults, root)));
  totals.passed += numPassedTests;
  totals.failed += numFailedTests;
  totals.skipped += numPendingTests + numTodoTests;
  // An error outside any test (an unhandled rejection, a file that does not load) fails no test but must fail the run.
  if (status !== 0 && numFailedTests === 0) count(false);
}

/** The suite writes its own counts, so that a suite that never ran cannot look green. */
async function runEditorSuite({ part = [], mark } = {}) {
  await editor;
  const file = path.join(artifacts, 'e2e.json');
  rmSync(file, { force: true });
  const status = await node(['test/e2e/run.mjs', '--report', file, ...part], 'tests in a real VS Code', mark);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const { passed, failed, skipped, note } = editorOutcome(report, status, Boolean(process.env.CI));
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  if (note) notes.push([note, ...(report?.why ? [report.why] : [])]);
  notes.push(...failureNote('a real VS Code', report?.failures ?? []));
}

/** Begins what takes minutes on a new machine, beside the suites before it. */
function prepare(script, stderr) {
  const child = spawn(process.execPath, [script], { cwd: root, stdio: ['ignore', 'pipe', stderr] });
  return Promise.all([text(child.stdout), once(child, 'close')]);
}

/** A real VS Code; what is wrong with it is said by its suite, which tries once more. */
const prepareEditor = () => prepare('test/e2e/provision.mjs', 'ignore');
const preparePython = () => prepare('src/build/python-env.mjs', 'inherit');

async function runUltralytics() {
  const [printed, [status]] = await python;
  if (status !== 0) {
    notes.push([
      'FAILED: the Python environment could not be made',
      'the suite against Ultralytics did not run',
    ]);
    return count(false);
  }
  process.env.PITWALL_PYTHON = printed.trim();
  await runVitest(['ultralytics']);
  await runEditorSuite({ part: ['--part', 'ultralytics'] });
}

async function runEverything() {
  count((await node(['src/build/check.mjs'], 'static gates')) === 0);
  await runVitest(['unit', 'conformance']);
  // Both wait for processes, pages and files more than they compute.
  await Promise.all([runVitest(['integration']), runEditorSuite({ mark: 'editor | ' })]);
  if (!existsSync(path.join(root, '../shared/data'))) {
    notes.push(['SKIPPED: the conformance suites on real data', '../shared is absent']);
  }
}

mkdirSync(artifacts, { recursive: true });
const SUITES = { everything: runEverything, editor: () => runEditorSuite(), ultralytics: runUltralytics };
const given = process.argv.slice(2);
const asked = given.length === 0 ? ['everything'] : given;
for (const suite of asked)
  if (!Object.hasOwn(SUITES, suite))
    throw new Error(`no suite ${suite} (known: ${Object.keys(SUITES).join(', ')})`);
const editor = prepareEditor();
const python = asked.includes('ultralytics') ? preparePython() : undefined;
for (const suite of asked) await SUITES[suite]();
for (const note of notes) console.log(`\n${banner(...note)}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
