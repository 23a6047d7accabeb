import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

const MEGABYTE = 1e6;
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-npm-'));
const home = path.join(folder, 'lib/node_modules/pitwall');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Packed = {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { path: string }[];
};

/** Runs the packed program in an empty folder. */
function pitwall(...argv: string[]): string {
  const cwd = mkdtempSync(path.join(folder, 'empty-'));
  return execFileSync(process.execPath, [path.join(home, 'dist/cli.js'), ...argv], { cwd, encoding: 'utf8' });
}

describe.skipIf(process.platform === 'win32')('the npm package', () => {
  let packed: Packed;
  beforeAll(() => {
    const argv = ['pack', '--json', '--pack-destination', folder];
    const text = execFileSync('npm', argv, {
      cwd: repositoryRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    packed = (JSON.parse(text) as Packed[])[0];
    execFileSync('tar', ['xzf', packed.filename], { cwd: folder });
    mkdirSync(path.dirname(home), { recursive: true });
    cpSync(path.join(folder, 'package'), home, { recursive: true });
    // As npm would: what it depends on is beside it.
    symlinkSync(path.join(repositoryRoot, 'node_modules'), path.join(home, 'node_modules'));
  });

  it('holds the command line and nothing of the editor or of the sources', () => {
    const names = packed.files.map((file) => file.path);
    expect(names).toEqual(expect.arrayContaining(['dist/cli.js', 'dist/keeper.js', 'docs/statistics.md']));
    expect(
      names.filter((name) => /^(src|test|webview|media)\/|extension|panel|\.map$|__pycache__/.test(name)),
    ).toEqual([]);
    expect(packed.size).toBeLessThan(4 * MEGABYTE);
  });

  it('runs in an empty folder', () => {
    expect(pitwall('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(pitwall('init', 'demo')).toContain('pcb.train.yaml');
    expect(pitwall('completion', 'words', '--', 'sched')).toBe('schedule\n');
  });

  it('has the page that its verdicts name', () => {
    const [, page] = /(\S+statistics\.md)/.exec(pitwall('--help')) ?? [];
    expect(page && existsSync(page)).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32' || !existsSync('/bin/bash'))('completion in bash', () => {
  it('offers commands', () => {
    const script = [
      `pitwall() { ${process.execPath} ${path.join(home, 'dist/cli.js')} "$@"; }`,
      'source <(pitwall completion bash)',
      `COMP_WORDS=(pitwall sched); COMP_CWORD=1; _pitwall; echo "\${COMPREPLY[@]}"`,
      `COMP_WORDS=(pitwall queue ""); COMP_CWORD=2; _pitwall; echo "\${COMPREPLY[@]}"`,
    ].join('\n');
    const text = execFileSync('/bin/bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
    expect(text).toMatch(/^schedule\n.*\badd\b.*\n$/);
  });
});
