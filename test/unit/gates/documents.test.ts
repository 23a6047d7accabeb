import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

const PATH = /`((?:src|test|webview|media|\.vscode|\.ci)\/[\w./-]+|\.[\w-]+\.(?:cjs|json))`/g;

/** Paths in backticks that a text names; build products are not in the tree. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(PATH)].map((match) => match[1]);
}

function missing(document: string): string[] {
  const text = readFileSync(path.join(repositoryRoot, document), 'utf8');
  return pathsIn(text).filter((named) => !existsSync(path.join(repositoryRoot, named)));
}

describe('documents', () => {
  it('name only paths that exist', () => {
    for (const document of ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md']) {
      const text = readFileSync(path.join(repositoryRoot, document), 'utf8');
      expect(missing(document), document).toEqual([]);
      if (document !== 'README.md') expect(pathsIn(text).length, document).toBeGreaterThan(5);
    }
  });

  it('a path that does not exist would be seen', () => {
    expect(pathsIn('see `src/domain/nowhere.ts` and `.biome.json`')).toEqual([
      'src/domain/nowhere.ts',
      '.biome.json',
    ]);
    expect(existsSync(path.join(repositoryRoot, 'src/domain/nowhere.ts'))).toBe(false);
  });

  it('ARCHITECTURE stays within two pages', () => {
    const lines = readFileSync(path.join(repositoryRoot, 'ARCHITECTURE.md'), 'utf8').split('\n').length;
    expect(lines).toBeLessThanOrEqual(110);
  });
});
