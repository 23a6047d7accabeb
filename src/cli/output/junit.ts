import { visible } from '../../base/visible';

/** One check of a gate, as CI servers show a test. */
export type TestCase = {
  readonly name: string;
  readonly message: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
};

/** A JUnit report, the dialect that Jenkins, GitLab and GitHub's actions read. */
export function junitXml(suite: string, cases: readonly TestCase[]): string {
  const count = (outcome: TestCase['outcome']): number => cases.filter((c) => c.outcome === outcome).length;
  const numbers = `tests="${cases.length}" failures="${count('failed')}" skipped="${count('skipped')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${numbers}>`,
    `  <testsuite name=${quoted(suite)} ${numbers}>`,
    ...cases.flatMap((one) => caseLines(suite, one)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(suite: string, { name, message, outcome }: TestCase): string[] {
  const open = `    <testcase classname=${quoted(suite)} name=${quoted(name)}>`;
  return [open, `      ${resultElement(outcome, message)}`, '    </testcase>'];
}

function resultElement(outcome: TestCase['outcome'], message: string): string {
  if (outcome === 'passed') return `<system-out>${escaped(message)}</system-out>`;
  const element = outcome === 'failed' ? 'failure' : 'skipped';
  return `<${element} message=${quoted(message)}/>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What cannot be seen is shown as its escape: XML has no form for most control characters. */
const escaped = (text: string): string => visible(text).replace(/[&<>"]/g, (char) => ENTITIES[char]);

const quoted = (text: string): string => `"${escaped(text)}"`;
