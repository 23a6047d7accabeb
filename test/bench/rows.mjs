// What a bench measured, as rows: `npm run bench` collects them, compares them with those of an earlier run, and makes
// docs/performance.md of them. A bench prints what it found for people by itself.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** Names the file that rows of a bench are appended to; without it, as when a bench is run by itself, they go nowhere. */
export const ROWS_VARIABLE = 'PITWALL_BENCH_ROWS';

/** `aim`: what is to be reached, as people read it. */
export function record(what, value, unit, aim) {
  const file = process.env[ROWS_VARIABLE];
  if (file !== undefined && Number.isFinite(value))
    appendFileSync(file, `${JSON.stringify({ what, value, unit, aim })}\n`);
}

export const readRows = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** The machine, the commit and the command that numbers belong to. */
export function circumstances(command) {
  const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    commit: `${git('rev-parse', '--short', 'HEAD')}${changed ? ' and changes' : ''}`,
    machine: `${os.cpus()[0].model}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    load: Number(os.loadavg()[0].toFixed(1)),
  };
}

const keyOf = ({ bench, what }) => `${bench}: ${what}`;

/** A line for each row that both have: before, now, and the ratio. */
export function comparisonOf(before, now) {
  const old = new Map(before.rows.map((row) => [keyOf(row), row]));
  const shared = now.rows.filter((row) => old.has(keyOf(row)));
  const lines = shared.map((row) => {
    const { value } = old.get(keyOf(row));
    return `${keyOf(row).padEnd(72)} ${shown(value)} -> ${shown(row.value)} ${row.unit}, ratio ${(row.value / value).toFixed(2)}`;
  });
  return [`${before.commit} of ${before.date}, and ${now.commit} of ${now.date}`, ...lines];
}

const shown = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));

/** docs/performance.md. */
export function pageOf({ date, command, commit, machine, node, load, rows, skipped }) {
  const table = rows.map(
    ({ bench, what, value, unit, aim = '' }) =>
      `| ${[bench, what, `${shown(value)} ${unit}`, aim].map(cell).join(' | ')} |`,
  );
  return [
    '# Performance',
    '',
    `Made by \`${command}\` on ${date} at commit ${commit}: ${machine}, Node ${node}, load ${load} at its beginning. Each bench`,
    'says in its first lines what it measures; medians, unless a row says something else. On a busy machine wall time measures the',
    'others: rows in CPU time and ratios of one run mean more. `npm run bench -- --compare OLD.json` compares two runs.',
    '',
    '| bench | what | measured | to reach |',
    '|---|---|---|---|',
    ...table,
    ...(skipped.length === 0 ? [] : ['', 'Left out:', '', ...skipped.map((line) => `- ${line}`)]),
    '',
  ].join('\n');
}

const cell = (text) => text.replaceAll('|', '\\|');
