import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

const PATH = /`((?:src|test|webview|media|\.vscode|\.ci)\/[\w./-]+|\.[\w-]+\.(?:cjs|json))`/g;

/** Paths in backticks that a text names; build products are not in the tree. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(PATH)].map((match) => match[1]);
}

/** README, its translation and every chapter. */
function documents(): string[] {
  const chapters = readdirSync(path.join(repositoryRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name));
  return ['README.md', 'README.zh-cn.md', ...chapters];
}

/** Relative targets of Markdown links and images, without their anchors. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map((match) => match[1])
    .filter((link) => !link.includes(':'));
}

function missing(document: string): string[] {
  const text = readFileSync(path.join(repositoryRoot, document), 'utf8');
  // What a run of something leaves is in no clone.
  const kept = pathsIn(text).filter((named) => !named.startsWith('test/artifacts/'));
  return kept.filter((named) => !existsSync(path.join(repositoryRoot, named)));
}

describe('the tests', () => {
  /** Checks of the repository itself, texts in media, simulations and the GPU's check in test, a verdict's way through layers. */
  const OTHERS = /^(gates|gpu|l10n|statistics|verdicts)(\/|$)/;

  it('mirror the source, folder by folder', () => {
    const unit = path.join(repositoryRoot, 'test/unit');
    const folders = readdirSync(unit, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.relative(unit, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
    const roots = [path.join(repositoryRoot, 'src'), repositoryRoot];
    const strays = folders.filter((name) => !roots.some((root) => existsSync(path.join(root, name))));
    expect(strays.filter((name) => !OTHERS.test(name))).toEqual([]);
    expect(folders.length).toBeGreaterThan(30);
  });
});

describe('documents', () => {
  it('name only paths that exist', () => {
    for (const document of [...documents(), 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']) {
      expect(missing(document), document).toEqual([]);
    }
    for (const document of ['ARCHITECTURE.md', 'CONTRIBUTING.md']) {
      const text = readFileSync(path.join(repositoryRoot, document), 'utf8');
      expect(pathsIn(text).length, document).toBeGreaterThan(5);
    }
  });

  it('link only to what exists', () => {
    const broken = documents().flatMap((document) =>
      linksIn(readFileSync(path.join(repositoryRoot, document), 'utf8'))
        .filter((link) => !existsSync(path.join(repositoryRoot, path.dirname(document), link)))
        .map((link) => `${document}: ${link}`),
    );
    expect(broken).toEqual([]);
    expect(linksIn('[a](docs/no.md) ![b](media/b.png#x) [c](https://c.org) [d](#d)')).toEqual([
      'docs/no.md',
      'media/b.png',
    ]);
  });

  it('name only tests that exist, by words of their titles', () => {
    const page = readFileSync(path.join(repositoryRoot, 'docs/nothing-false.md'), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| (?!seen|---)/.test(line));
    const named = [...page.matchAll(/`(test\/[\w./-]+)`: "([^"]+)"/g)];
    expect(named.length).toBe(rows.length);
    const lacking = named.filter(
      ([, file, title]) => !readFileSync(path.join(repositoryRoot, file), 'utf8').includes(title),
    );
    expect(lacking.map(([said]) => said)).toEqual([]);
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
