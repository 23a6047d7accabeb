import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

type Row = { readonly bench?: string; readonly what: string; readonly value: number; readonly unit: string };
type Report = { readonly commit: string; readonly date: string; readonly rows: readonly Row[] };
type Rows = {
  readonly ROWS_VARIABLE: string;
  record(what: string, value: number, unit: string, aim?: string): void;
  readRows(file: string): readonly Row[];
  comparisonOf(before: Report, now: Report): readonly string[];
  pageOf(report: Report & Readonly<Record<string, unknown>>): string;
};

const { ROWS_VARIABLE, record, readRows, comparisonOf, pageOf } = (await import(
  pathToFileURL(path.join(repositoryRoot, 'test/bench/rows.mjs')).href
)) as Rows;

const report = (commit: string, hover: number): Report => ({
  ...{ commit, date: '2026-11-30' },
  rows: [
    { bench: 'hover', what: 'the first', value: hover, unit: 'ms' },
    { bench: 'hover', what: `only in ${commit}`, value: 1, unit: 's' },
  ],
});

describe('the rows of a bench', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pitwall-rows-'));
    process.env[ROWS_VARIABLE] = path.join(folder, 'rows');
  });
  afterEach(() => {
    delete process.env[ROWS_VARIABLE];
    rmSync(folder, { recursive: true });
  });

  it('are collected, numbers alone', () => {
    record('the first', 12.5, 'ms', '50');
    record('not measured', Number.NaN, 'ms');
    expect(readRows(path.join(folder, 'rows'))).toEqual([
      { what: 'the first', value: 12.5, unit: 'ms', aim: '50' },
    ]);
  });

  it('are compared with those of the same name', () => {
    expect(comparisonOf(report('a', 10), report('b', 12.5)).map((line) => line.replace(/ +/g, ' '))).toEqual([
      'a of 2026-11-30, and b of 2026-11-30',
      'hover: the first 10 -> 12.5 ms, ratio 1.25',
    ]);
  });

  it('make a page with the command, the date and the machine', () => {
    const page = pageOf({
      ...report('a', 10),
      ...{ command: 'npm run bench', machine: 'two cores', node: 'v24', load: 0.1 },
      skipped: ['charts: no Chromium'],
    });
    expect(page).toContain('`npm run bench` on 2026-11-30 at commit a: two cores, Node v24');
    expect(page).toContain('| hover | the first | 10 ms |  |');
    expect(page).toContain('- charts: no Chromium');
  });
});
