// A small runner: tests run one after another, each on its own editor unless it takes one along.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const artifacts = path.resolve(import.meta.dirname, '../artifacts/e2e');

export function createSuite(filter = '') {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const fail = (name) => {
    counts.failed++;
    counts.failures.push(name);
  };
  mkdirSync(artifacts, { recursive: true });
  return {
    counts,
    fail,
    artifacts,
    wants: (name) => name.includes(filter),
    /** Runs a group of tests; an error outside of any test is a failure of its own. */
    async part(run, context) {
      try {
        await run(context);
      } catch (error) {
        fail(`${run.name}: its editor could not be used`);
        console.log(`  FAIL  ${run.name}: its editor could not be used\n${error.stack ?? error}`);
      }
    },
    /** Runs one test; on failure keeps a picture of every page and the extension's log. */
    async test(name, context, body) {
      if (!name.includes(filter)) return;
      const start = Date.now();
      try {
        await body();
        counts.passed++;
        console.log(`  ok    ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
      } catch (error) {
        fail(name);
        console.log(`  FAIL  ${name}\n${error.stack ?? error}`);
        await keepEvidence(name, context);
      }
    },
  };
}

async function keepEvidence(name, { pages = () => [], log = () => '' }) {
  const stem = name.replace(/[^a-z0-9]+/gi, '-');
  for (const [i, page] of pages().entries()) {
    await page
      .screenshot({ path: path.join(artifacts, `FAIL-${stem}-${i}.png`) })
      .catch((e) => console.log(e.message));
  }
  writeFileSync(path.join(artifacts, `FAIL-${stem}.log`), log());
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

export function expectEqual(actual, expected, what) {
  if (actual !== expected)
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}
