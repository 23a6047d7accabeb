// The unit suite on Windows Node.
import { readFileSync, rmSync } from 'node:fs';
import { evaluate, node, onDisk, readText } from '../lab.mjs';
import { installSources } from '../provision.mjs';

const REPORT = 'C:\\unit.json';
const MOST_MS = 90 * 60_000;

export async function unit(checks) {
  const folder = installSources();
  rmSync(onDisk(REPORT), { force: true });
  await checks.ok('a clone is bundled there, by a Node on a path with a space', async () => {
    rmSync(onDisk(`${folder}\\dist`), { recursive: true });
    await evaluate("import('file:///C:/src/src/build/setup.mjs').then((setup) => setup.markInstalled())");
    const { code, text } = await node([`${folder}\\src\\build\\setup.mjs`]);
    if (code !== 0 || readText(`${folder}\\dist\\cli.js`) === '') throw new Error(text);
  });
  await checks.ok('the unit suite on Windows Node: no failure', async () => {
    const args = [
      ...[`${folder}\\node_modules\\vitest\\vitest.mjs`, 'run', '--root', folder],
      ...['--config', `${folder}\\test\\vitest.config.ts`, '--project', 'unit', '--maxWorkers=2'],
      // Bounds what never ends: beside other work a test takes ten times as long.
      ...['--testTimeout=1200000', '--hookTimeout=1200000'],
      ...['--reporter=json', `--outputFile=${REPORT}`],
    ];
    const { text } = await node(args, { timeoutMs: MOST_MS });
    judge(text);
  });
}

function judge(output) {
  let report;
  try {
    report = JSON.parse(readFileSync(onDisk(REPORT), 'utf8'));
  } catch {
    throw new Error(`the suite wrote no report:\n${output.slice(-2000)}`);
  }
  const { numPassedTests, numTotalTests, numPendingTests, testResults } = report;
  console.log(`     unit: ${numPassedTests} of ${numTotalTests} passed, ${numPendingTests} skipped`);
  const failures = testResults.flatMap(failuresOf);
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

function failuresOf({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((one) => one.status === 'failed');
  const file = name.split('/src/').at(-1);
  if (status !== 'passed' && failed.length === 0) return [`${file}: ${message.slice(0, 300)}`];
  return failed.map(
    ({ fullName, failureMessages }) => `${file}: ${fullName}: ${failureMessages[0]?.slice(0, 300)}`,
  );
}
