// How the results of the suites count, and what the last lines tell of them. A module of its own, so that the gates'
// tests can show it each case.
import path from 'node:path';

/** Text that stands out between thousands of lines. */
export function banner(...lines) {
  const bar = '!'.repeat(100);
  return [bar, ...lines.map((line) => `!! ${line}`), bar].join('\n');
}

/** Who keeps the last lines of a long log alone still reads which tests failed: a note, or none. */
export function failureNote(suite, failures) {
  return failures.length === 0 ? [] : [[`FAILED in ${suite}:`, ...failures]];
}

/** The failed tests of vitest's JSON report (its testResults). A file that did not load has a message and no tests. */
export function vitestFailures(files, root) {
  return files.flatMap(({ name, message, assertionResults }) => {
    const file = path.relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && message) return [`${file}: ${message.split('\n')[0]}`];
    return failed.map(({ fullName }) => `${file}: ${fullName}`);
  });
}

const WHAT = 'the suite in a real VS Code';

/**
 * `report` is what the suite wrote ({ passed, failed, skipped, why? }), undefined if it wrote none; `status` its exit
 * code; `ci` whether this is continuous integration, in which a suite that did not run is a failure.
 */
export function editorOutcome(report, status, ci) {
  if (report === undefined) return failed(`FAILED: ${WHAT} ended without a report`);
  if (report.passed + report.failed > 0) {
    // An error outside any test fails no test but must fail the run.
    const outside = status !== 0 && report.failed === 0 ? 1 : 0;
    return { ...report, failed: report.failed + outside, note: undefined };
  }
  if (ci) return failed(`FAILED: ${WHAT} did not run, and CI=true makes that a failure`);
  return { passed: 0, failed: 0, skipped: 1, note: `SKIPPED: ${WHAT}, the whole of it` };
}

const failed = (note) => ({ passed: 0, failed: 1, skipped: 0, note });
