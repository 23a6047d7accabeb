// The unit suite on Windows Node.
import { readFileSync, rmSync } from 'node:fs';
import { evaluate, node, onDisk, readText } from '../lab.mjs';
import { installSources } from '../provision.mjs';

const REPORT = 'C:\\unit.json';
const MOST_MS = 90 * 60_000;

export async function unit(checks) {
  const folder = installSources();
  await checks.ok('a clone is bundled there, by a Node on a path with a space', async () => {
    rmSync(onDisk(`${folder}\\dist`), { recursive: true, force: true });
    await evaluate("import('file:///C:/src/src/build/setup.mjs').then((setup) => setup.markInstalled())");
    const { code, text } = await node([`${folder}\\src\\build\\setup.mjs`]);
    if (code !== 0 || readText(`${folder}\\dist\\cli.js`) === '') throw new Error(text);
  });
  await checks.ok('the unit suite on Windows Node: no failure', async () => {
    // Two processes for all files: starting one for each takes longer than the tests.
    const together = await suite(folder, ['--no-isolate']);
    const files = [...new Set(together.failures.map(({ file }) => file))];
    say(together, 'together');
    if (files.length === 0) return;
    // What others of its process left behind may be the reason.
    const alone = await suite(folder, files);
    say(alone, `alone, ${files.join(', ')}`);
    const failures = alone.failures.map(({ file, why }) => `${file}: ${why}`);
    if (failures.length > 0) throw new Error(failures.join('\n'));
  });
}

async function suite(folder, more) {
  rmSync(onDisk(REPORT), { force: true });
  const args = [
    ...[`${folder}\\node_modules\\vitest\\vitest.mjs`, 'run', '--root', folder],
    ...['--config', `${folder}\\test\\vitest.config.ts`, '--project', 'unit', '--maxWorkers=2'],
    // Bounds what never ends: beside other work a test takes ten times as long.
    ...['--testTimeout=1200000', '--hookTimeout=1200000'],
    ...['--reporter=json', `--outputFile=${REPORT}`, ...more],
  ];
  const { text } = await node(args, { timeoutMs: MOST_MS });
  try {
    const report = JSON.parse(readFileSync(onDisk(REPORT), 'utf8'));
    return { ...report, failures: report.testResults.flatMap(failuresOf) };
  } catch (error) {
    throw new Error(`the suite wrote no report:\n${text.slice(-2000)}`, { cause: error });
  }
}

function say({ numPassedTests, numTotalTests, numPendingTests, failures }, how) {
  const skipped = `${numPendingTests} skipped, ${failures.length} failed`;
  console.log(`     unit (${how}): ${numPassedTests} of ${numTotalTests} passed, ${skipped}`);
}

function failuresOf({ name, status, message, assertionResults }) {
  const file = name.split('/src/').at(-1);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  if (status !== 'passed' && failed.length === 0) return [{ file, why: message.slice(0, 300) }];
  return failed.map(({ fullName, failureMessages }) => ({
    file,
    why: `${fullName}: ${failureMessages[0]?.slice(0, 300)}`,
  }));
}
