import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasGit } from '../../helpers/platform';
import { repositoryRoot } from '../../helpers/shared';

// Every static gate is shown a tree that breaks its rules: a check that cannot fail checks nothing.
type Outcome = { readonly status: number | null; readonly text: string };

type Options = { readonly input?: string; readonly cwd?: string };

function run(command: string, args: readonly string[], options: Options = {}): Outcome {
  const result = spawnSync(command, args, { cwd: repositoryRoot, encoding: 'utf8', ...options });
  return { status: result.status, text: `${result.stdout}${result.stderr}` };
}

const node = (script: string, ...args: string[]): Outcome =>
  run(process.execPath, [path.join(repositoryRoot, 'src/build', script), ...args]);
const fixture = (...parts: string[]): string => path.join(repositoryRoot, 'test/fixtures/gates', ...parts);
/** A program of a package by its script: npm makes a .cmd of it on Windows, which Node starts in a shell alone. */
const tool = (script: string, args: readonly string[], options: Options = {}): Outcome =>
  run(process.execPath, [path.join(repositoryRoot, 'node_modules', script), ...args], options);

describe('import rules', () => {
  const outcome = node('check-deps.mjs', fixture('imports'), '1');
  const check = (rule: string, from: string): void => {
    expect(outcome.status).toBe(1);
    expect(outcome.text).toContain(`import rule ${rule}: ${from}`);
  };

  it('keeps the layers one-way', () => {
    check('layer-base', 'src/base/up.ts');
    check('layer-trainers', 'src/trainers/uses-engine.ts');
    check('layer-cli', 'src/cli/uses-extension.ts');
    check('webview-pure', 'webview/page.ts');
  });

  it('keeps Node out of the pure layers', () => check('no-node-in-pure-layers', 'src/domain/value.ts'));
  it('keeps the disk out of what a page may import', () =>
    check('no-disk-in-pure-layers', 'src/protocol/message.ts'));
  it('finds cycles', () => check('no-cycles', 'src/domain/cycle-a.ts'));
  it('keeps source away from tests', () => check('not-to-test', 'src/engine/native.ts'));
  it('notices imports that lead nowhere', () => check('no-unresolved', 'src/extension/thing.ts'));

  it('guards the doors to packages', () => {
    check('vscode-only-in-extension', 'src/engine/watching.ts');
    check('chokidar-one-door', 'src/engine/watching.ts');
    check('tree-sitter-one-door', 'src/engine/parsing.ts');
    check('chartjs-one-door', 'webview/page.ts');
    check('toolkit-one-door', 'webview/page.ts');
    check('onnxruntime-in-children-only', 'src/engine/native.ts');
    check('sharp-in-decode-only', 'src/engine/native.ts');
    check('protobuf-one-door', 'src/engine/messages.ts');
  });

  it('fails if too few modules were seen', () => {
    const starved = node('check-deps.mjs', fixture('imports'), '1000');
    expect(starved.status).toBe(1);
    expect(starved.text).toContain('modules seen, expected at least 1000');
  });
});

describe('types of the pure layers', () => {
  it('know neither Node nor the DOM', () => {
    const outcome = tool('typescript/bin/tsc', ['-p', fixture('types')]);
    expect(outcome.status).not.toBe(0);
    expect(outcome.text).toContain("'process'");
    expect(outcome.text).toContain("'document'");
  });
});

/** Runs the repository's own rules over files outside of it. */
function biome(command: 'lint' | 'format', text: string): Outcome {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-biome-'));
  writeFileSync(path.join(folder, 'sample.ts'), text);
  const config = `--config-path=${path.join(repositoryRoot, '.biome.json')}`;
  const outcome = tool('@biomejs/biome/bin/biome', [command, config, '--vcs-enabled=false', 'sample.ts'], {
    cwd: folder,
  });
  rmSync(folder, { recursive: true });
  return outcome;
}

describe('linter', () => {
  const check = (rule: string, text: string): void => {
    const outcome = biome('lint', text);
    expect(outcome.text).toContain(rule);
    expect(outcome.status).not.toBe(0);
  };

  it('refuses what the house style forbids', () => {
    check('noDefaultExport', 'export default 1;\n');
    check('noEnum', 'export enum Colour { Red }\n');
    check('noExplicitAny', 'export const f = (x: any): unknown => x;\n');
    check('noNonNullAssertion', 'export const f = (x?: string): string => x!;\n');
    check('useConsistentTypeDefinitions', 'export interface A { readonly a: number }\n');
    check('noBarrelFile', "export * from './other';\n");
    check(
      'useMaxParams',
      'export const f = (a: number, b: number, c: number, d: number, e: number): number => a + b + c + d + e;\n',
    );
    check('noEmptyBlockStatements', 'export function f(): void { try { f(); } catch {} }\n');
  });

  it('refuses functions that are too complex or too long', () => {
    check(
      'noExcessiveCognitiveComplexity',
      'export function f(n: number): number {\n  for (;;) { for (;;) { for (;;) { if (n) { return 1; } } } }\n}\n',
    );
    check('noExcessiveLinesPerFunction', `export function f(): void {\n${'  f();\n'.repeat(61)}}\n`);
  });

  it('passes a clean file', () => expect(biome('lint', "export const name = 'x';\n").status).toBe(0));
});

describe('formatter', () => {
  it('refuses what is not formatted', () => {
    const outcome = biome('format', 'export const a   =  "x"\n');
    expect(outcome.status).not.toBe(0);
    expect(outcome.text).toContain('Formatter would have printed');
  });
});

describe.runIf(hasGit)('file size', () => {
  const withFile = (lines: number): Outcome => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-size-'));
    run('git', ['init', '-q'], { cwd: folder });
    writeFileSync(path.join(folder, 'long.ts'), '// line\n'.repeat(lines));
    const outcome = node('check-size.mjs', folder);
    rmSync(folder, { recursive: true });
    return outcome;
  };

  it('passes 300 lines, warns above, fails above 400', () => {
    expect(withFile(300)).toEqual({ status: 0, text: 'size check: 1 files\n' });
    const warned = withFile(301);
    expect(warned.status).toBe(0);
    expect(warned.text).toContain('long.ts: 301 lines');
    expect(withFile(401).status).toBe(1);
  });
});

describe.runIf(hasGit)('plain English', () => {
  it('is asked of comments, messages, titles, docstrings and documents, and the glossary of names', () => {
    const outcome = node('check-dialect.mjs', fixture('dialect'), '4');
    expect(outcome.status).toBe(1);
    expect(outcome.text.trim().split('\n')).toEqual([
      'dialect: README.md:3: "passed over": A torn line is passed over.',
      'dialect: src/a.py:2: "somebody": """Whoever calls this has a number."""',
      'dialect: src/a.ts:1: "where for if": Undefined where there is none.',
      'dialect: src/a.ts:4: "is no": this file is no run',
      'dialect: test/a.test.ts:1: "told": a value is told once',
      'dialect: src/a.py:1: name: told = 1',
      'dialect: src/a.ts:2: name: told',
    ]);
  });

  it('fails if too few files were seen', () => {
    expect(node('check-dialect.mjs', fixture('dialect'), '100').text).toContain('only 4 files seen');
  });
});

describe('dead code', () => {
  it('is a file or an export that no entry needs, unless it says for whom it is', () => {
    const config = path.join(repositoryRoot, 'src/build/knip.mjs');
    const args = ['--production', '--no-progress', '--no-gitignore', '--config', config];
    const outcome = tool('knip/bin/knip.js', [...args, '--directory', fixture('dead')]);
    expect(outcome.status).toBe(1);
    expect(outcome.text).toContain('Unused files (1)\nsrc/domain/alone.ts');
    expect(outcome.text).toContain('Unused exports (1)\nunused ');
  });
});

describe('spelling', () => {
  it('refuses words that neither a dictionary nor src/build/words.txt has', () => {
    // In parts, since this file is checked as well.
    const typo = ['ler', 'nin', 'g'].join('');
    const args = ['lint', 'stdin', '--config', 'src/build/cspell.json', '--no-progress'];
    const outcome = tool('cspell/bin.mjs', args, { input: `The ${typo} rate at imgsz` });
    expect(outcome.status).toBe(1);
    expect(outcome.text).toContain(`Unknown word (${typo})`);
    expect(outcome.text).not.toContain('imgsz)');
  });
});

describe.runIf(hasGit)('cohesion', () => {
  it('has no small file of one user next door', () => {
    const outcome = node('check-cohesion.mjs', fixture('cohesion'));
    expect(outcome.status).toBe(1);
    expect(outcome.text).toBe(
      'cohesion: src/domain/helper.ts (1 lines) has one user, src/domain/user.ts: move it there\n',
    );
  });

  it('has few names that two types share', () => {
    const { status, text } = node('check-cohesion.mjs', fixture('names'), '0');
    expect(status).toBe(1);
    expect(text).toBe('cohesion: type Row is declared in src/domain/a.ts, src/domain/b.ts\n');
    expect(node('check-cohesion.mjs', fixture('names'), '1').status).toBe(0);
  });
});

describe('calls', () => {
  const outcome = node('check-calls.mjs', fixture('calls'), '3');
  const lines = outcome.text.split('\n').filter((line) => line !== '');
  const check = (rule: string, ...places: readonly string[]): void => {
    expect(outcome.status).toBe(1);
    const found = lines.filter((line) => line.startsWith(`call check: ${rule}: `));
    expect(found.map((line) => line.split(': ')[2])).toEqual(places);
  };

  it('let no promise float', () => {
    const floating = [10, 11, 12].map((line) => `src/engine/floating.ts:${line}`);
    check('floating', ...floating);
    check('void', 'src/keeper/hidden.ts:2');
    check('listener', 'src/engine/floating.ts:14');
  });

  it('make folders in one place', () => check('mkdir', 'src/engine/floating.ts:6'));
  it('go through the channel, and ask the table of trainers', () => {
    check('port', 'src/engine/beside.ts:1', 'src/engine/beside.ts:4');
    check('trainer', 'src/engine/beside.ts:4');
  });
  it('wait for no fixed time in a test', () =>
    check('sleep', 'test/unit/sleeps.test.ts:1', 'test/unit/sleeps.test.ts:4'));

  it('fail if too few files were seen', () => {
    const starved = node('check-calls.mjs', fixture('calls'), '1000');
    expect(starved.text).toContain('files seen, expected at least 1000');
  });
});

describe('bundles', () => {
  it('hold only the natives and Node modules that they may', () => {
    const outcome = node('check-bundle.mjs', fixture('bundle-meta.json'));
    expect(outcome.status).toBe(1);
    expect(outcome.text).toContain('extension: requires the native module onnxruntime-node');
    expect(outcome.text).toContain('extension: bundles node_modules/sharp');
    expect(outcome.text).toContain('panel: a page requires node:fs');
  });

  it('load little when the editor activates the extension', () => {
    const { text } = node('check-bundle.mjs', fixture('bundle-meta.json'));
    expect(text).toContain('extension: loads node_modules/zod/index.js as soon as it is activated');
    expect(text).toContain('extension: loads 91 kB when it is activated, at most 46');
    expect(text).not.toContain('node_modules/yaml');
  });
});
