// The tree beside the codebases it learns from: file and function sizes, files that exist for one neighbour, names with
// two meanings, and words of our own dialect. Usage: node test/bench/tree.mjs [root] [--list]
import path from 'node:path';
import { DIALECT, dialectIn } from '../../src/build/dialect.mjs';
import {
  commentLines,
  functionLengths,
  importersOf,
  readTree,
  typeNames,
} from '../../src/build/source-tree.mjs';

const SATELLITE_LINES = 60;
const WITH_USER_LINES = 250;

const args = process.argv.slice(2).filter((arg) => arg !== '--list');
const listed = process.argv.includes('--list');
const tree = readTree(path.resolve(args[0] ?? path.join(import.meta.dirname, '../..')));
const importers = importersOf(tree);
const lines = new Map(tree.map(({ file, lines }) => [file, lines]));

/** A file for one user next door that would fit into it. */
function isSatellite({ file, lines: own }) {
  const [user, ...others] = importers.get(file);
  if (!user || others.length > 0 || path.posix.dirname(user) !== path.posix.dirname(file)) return false;
  return own <= SATELLITE_LINES && own + lines.get(user) <= WITH_USER_LINES;
}

const at = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
const size = (values) => `${at(values, 0.5)} / ${at(values, 0.95)} / ${Math.max(...values)}`;
const percent = (count) => `${((100 * count) / tree.length).toFixed(1)} %`;

const satellites = tree.filter(isSatellite);
const oneUser = tree.filter(({ file }) => importers.get(file).size === 1);
const twice = [...typeNames(tree)].filter(([, files]) => files.length > 1);
const comments = tree.flatMap((file) => commentLines(file).map((line) => ({ ...line, file: file.file })));
const dialect = DIALECT.map(({ word }) => [word, comments.filter(({ text }) => dialectIn(text) === word)]);

const rows = [
  ['', 'here', 'foam-core', 'js-debug', 'execa', 'Plot'],
  ['files', tree.length, 91, 326, 108, 81],
  ['lines', [...lines.values()].reduce((a, b) => a + b, 0), '15.9k', '54.5k', '7.4k', '15.3k'],
  [
    'file median / p95 / max',
    size([...lines.values()]),
    '114 / 528 / 1166',
    '95 / 526 / 2107',
    '54 / 181 / 243',
    '143 / 534 / 764',
  ],
  [
    'function median / p95 / max',
    size(functionLengths(tree)),
    '7 / 52 / 203',
    '8 / 48 / 293',
    '9 / 32 / 111',
    '6 / 50 / 340',
  ],
  ['files with one importer', percent(oneUser.length), '36 %', '35 %', '42 %', '33 %'],
  ['satellites', `${percent(satellites.length)} (${satellites.length})`, '4 %', '4 %', '7 %', '0 %'],
  ['type names declared twice', twice.length, '-', '-', '-', '-'],
  ['comment lines in dialect', dialect.reduce((sum, [, found]) => sum + found.length, 0), '-', '-', '-', '-'],
];
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
for (const row of rows)
  console.log(row.map((cell, column) => String(cell).padEnd(widths[column])).join('  '));

if (listed) {
  for (const { file, lines: own } of satellites)
    console.log(`satellite: ${file} (${own}) of ${[...importers.get(file)][0]}`);
  for (const [name, files] of twice) console.log(`type ${name}: ${files.join(', ')}`);
  for (const [word, found] of dialect) {
    console.log(`dialect "${word}": ${found.length}`);
    for (const { file, line, text } of found.slice(0, 3)) console.log(`  ${file}:${line}: ${text}`);
  }
}
