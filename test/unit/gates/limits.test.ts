import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

/** Of each row: the file that holds the limit, and the words that state it there. */
const ROW = /\| `(src\/[^`]+)`: `([^`]+)` \|$/gm;

describe('the page of limits', () => {
  const rows = [...read('docs/limits.md').matchAll(ROW)];

  it('states every bound as the code does', () => {
    const wrong = rows.filter(([, file, stated]) => !read(file).includes(stated));
    expect(wrong.map(([row]) => row)).toEqual([]);
    expect(rows.length).toBeGreaterThan(30);
  });

  it('has a reason or a comparison in every row', () => {
    const lines = read('docs/limits.md').split('\n');
    const tables = lines.filter((line) => line.startsWith('| ') && !line.startsWith('| what'));
    expect(tables).toHaveLength(rows.length);
  });
});
