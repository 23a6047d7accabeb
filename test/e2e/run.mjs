// The suite in a real VS Code: the packaged extension, driven by a browser. Prints `N passed, N failed, N skipped`.
// Usage: node run.mjs [--report FILE] [--part pages|drawnPages|runsTable|editing|hovers|training|daily|sweeps|targets|doors|queue|twoWindows|trouble|looks|hostile|ultralytics] [--only PART-OF-A-NAME]
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { banner, editorOutcome } from '../../src/build/outcome.mjs';
import { packageTarget } from '../../src/build/package.mjs';
import { findChromium, launchChromium } from './chromium.mjs';
import { installVsix, startServer } from './editor.mjs';
import { editor, whyNotHere } from './provision.mjs';
import { createSuite } from './suite.mjs';
import { daily } from './suites/daily.mjs';
import { doors } from './suites/doors.mjs';
import { drawnPages } from './suites/drawn-pages.mjs';
import { editing } from './suites/editing.mjs';
import { hostile } from './suites/hostile.mjs';
import { hovers } from './suites/hovers.mjs';
import { looks } from './suites/looks.mjs';
import { pages } from './suites/pages.mjs';
import { queue } from './suites/queue.mjs';
import { runsTable } from './suites/runs-table.mjs';
import { sweeps } from './suites/sweeps.mjs';
import { targets } from './suites/targets.mjs';
import { training } from './suites/training.mjs';
import { trouble } from './suites/trouble.mjs';
import { twoWindows } from './suites/two-windows.mjs';
import { ultralytics } from './suites/ultralytics.mjs';
import { openWorkbench, until } from './workbench.mjs';
import { plainWorkspace } from './workspace.mjs';

/** A Python environment of several GB is needed: only by name. */
const BY_NAME = [ultralytics];
const PARTS = [
  ...[pages, drawnPages, runsTable, editing, hovers, training, daily, sweeps, targets],
  ...[doors, queue, twoWindows, trouble, looks, hostile],
];

const { report: file, part: wanted, only } = readOptions();

/** What is misspelt must not start everything, or nothing. */
function readOptions() {
  const names = [...PARTS, ...BY_NAME].map(({ name }) => name);
  try {
    const option = { type: 'string' };
    const { values } = parseArgs({ options: { report: option, part: option, only: option } });
    if (values.part === undefined || names.includes(values.part)) return values;
    console.error(`--part ${values.part}: one of ${names.join(', ')} is expected`);
  } catch (error) {
    console.error(error.message);
  }
  process.exit(2);
}

const ci = Boolean(process.env.CI);

function end(report) {
  const { passed, failed, skipped, note } = editorOutcome(report, 0, ci);
  if (note) console.log(banner(note, report.why));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (file) writeFileSync(path.resolve(file), JSON.stringify(report));
  process.exit(failed === 0 ? 0 : 1);
}

/** Why the suite cannot run on this machine; undefined if it can. */
async function obstacle() {
  const why = whyNotHere();
  if (why) return why;
  if (!(await findChromium()))
    return 'no Chromium: apt-get install chromium, or npm i --no-save @sparticuz/chromium';
  try {
    editor();
    return undefined;
  } catch (error) {
    return `VS Code could not be provisioned: ${error.message}`;
  }
}

/** A first start on this machine reads everything from disk and compiles it: minutes, on a cold one. */
const FIRST_START_MS = 300_000;

/** Starts the editor once, so that no test pays for the first start, and so that a machine that cannot is reported as such. */
async function warmUp(context) {
  const { browser, extensions } = context;
  const plain = plainWorkspace();
  const server = await startServer({ folder: plain.dir, extensions });
  try {
    const page = await openWorkbench(browser, server.url, { timeoutMs: FIRST_START_MS });
    await until('the extension host', () => /Eager extensions activated/.test(server.log()), {
      timeoutMs: FIRST_START_MS,
    });
    await page.context().close();
  } catch (error) {
    throw new Error(`${error.message}\n${server.log()}\n${server.output()}`, { cause: error });
  } finally {
    await server.stop();
    plain.remove();
  }
}

/** Twice, since a first start may get stuck in a file that is being read for the first time. */
async function isWarm(context) {
  for (const attempt of [1, 2]) {
    const start = Date.now();
    try {
      await warmUp(context);
      console.log(`the editor has started once (${((Date.now() - start) / 1000).toFixed(1)} s)`);
      return true;
    } catch (error) {
      console.log(`the first start of the editor failed, try ${attempt} of 2:\n${error.message}`);
    }
  }
  return false;
}

const why = await obstacle();
if (why) end({ passed: 0, failed: 0, skipped: 1, why });

const own = `${process.platform}-${process.arch}`;
const extensions = installVsix(await packageTarget(own));
const browser = await launchChromium();
const suite = createSuite(only);
try {
  const parts = wanted === undefined ? PARTS : [...PARTS, ...BY_NAME].filter(({ name }) => name === wanted);
  const context = { suite, browser, extensions };
  if (wanted !== 'pages' && wanted !== 'drawnPages' && !(await isWarm(context)))
    suite.fail('the editor did not start');
  for (const part of suite.counts.failed > 0 ? [] : parts) await suite.part(part, context);
} finally {
  await browser.close();
}
end(suite.counts);
