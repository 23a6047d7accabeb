import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from '../../../../src/run/folder/find-program';
import { gitFacts, MOST_CHANGES } from '../../../../src/run/folder/git-facts';

const hasGit = findProgram('git') !== undefined;
let root: string;
let repo: string;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-git-'));
  repo = path.join(root, 'repo');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
    cwd: repo,
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: os.devNull },
  });

const executed = (): boolean => existsSync(path.join(root, 'executed'));
const evil = (): string => `echo x >> "${path.join(root, 'executed').replaceAll('\\', '/')}"`;

function commitFile(): void {
  mkdirSync(repo);
  git('init', '-q');
  writeFileSync(path.join(repo, 'a.txt'), 'one\n');
  git('add', '.');
  git('commit', '-qm', 'first');
}

/** Its time differs from the one that git noted, so git looks at its content. */
const touch = (): void => utimesSync(path.join(repo, 'a.txt'), 1e9, 1e9);

test.skipIf(!hasGit)('commit, and what was changed since as a patch that git takes', async () => {
  commitFile();
  const commit = git('rev-parse', 'HEAD').trim();
  touch();
  expect(await gitFacts(repo)).toEqual({ git: { commit, dirty: false } });
  writeFileSync(path.join(repo, 'a.txt'), 'two, and longer\n');
  writeFileSync(path.join(repo, 'unknown.txt'), 'not known to git\n');
  git('config', 'diff.noprefix', 'true');
  mkdirSync(path.join(repo, 'below'));
  const { git: facts, changes = '' } = await gitFacts(path.join(repo, 'below'));
  const hash = createHash('sha256').update(changes).digest('hex');
  expect(facts).toEqual({ commit, dirty: true, changes: hash });
  writeFileSync(path.join(root, 'kept.patch'), changes);
  git('checkout', '-q', '--', '.');
  git('apply', path.join(root, 'kept.patch'));
  expect(readFileSync(path.join(repo, 'a.txt'), 'utf8')).toBe('two, and longer\n');
  expect(await gitFacts(root)).toEqual({});
});

test.skipIf(!hasGit)('changes over the bound are known to be there, and not kept', async () => {
  commitFile();
  writeFileSync(path.join(repo, 'a.txt'), 'x\n'.repeat(MOST_CHANGES / 2));
  expect(await gitFacts(repo)).toEqual({ git: { commit: git('rev-parse', 'HEAD').trim(), dirty: true } });
});

test.skipIf(!hasGit)('no program that the repository names for differences runs', async () => {
  commitFile();
  git('config', 'diff.external', evil());
  git('config', 'diff.x.command', evil());
  git('config', 'diff.x.textconv', evil());
  git('config', 'core.pager', evil());
  git('config', 'pager.diff', 'true');
  mkdirSync(path.join(repo, '.git/info'), { recursive: true });
  writeFileSync(path.join(repo, '.git/info/attributes'), '* diff=x\n');
  writeFileSync(path.join(repo, 'a.txt'), 'two, and longer\n');
  expect((await gitFacts(repo)).changes).toContain('+two, and longer');
  expect(executed()).toBe(false);
});

for (const name of ['x', 'a.b', 'a=b'])
  for (const key of ['clean', 'process'])
    test.skipIf(!hasGit)(`a ${key} filter named ${name} of the repository does not run`, async () => {
      commitFile();
      git('config', `filter.${name}.required`, 'true');
      git('config', `filter.${name}.${key}`, `${evil()}; cat`);
      mkdirSync(path.join(repo, '.git/info'), { recursive: true });
      writeFileSync(path.join(repo, '.git/info/attributes'), `* filter=${name}\n`);
      touch();
      // What git cannot be asked about safely is not asked.
      expect((await gitFacts(repo)).git?.dirty).toBe(name === 'a=b');
      expect(executed()).toBe(false);
    });

test.skipIf(!hasGit)('the filter of a submodule does not run', async () => {
  commitFile();
  const inner = path.join(root, 'inner');
  execFileSync('git', ['clone', '-q', repo, inner]);
  git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub');
  git('commit', '-qm', 'second');
  git('-C', 'sub', 'config', 'filter.x.clean', `${evil()}; cat`);
  writeFileSync(path.join(repo, '.git/modules/sub/info/attributes'), '* filter=x\n');
  utimesSync(path.join(repo, 'sub/a.txt'), 1e9, 1e9);
  expect((await gitFacts(repo)).git?.dirty).toBe(false);
  expect(executed()).toBe(false);
});

test.skipIf(!hasGit)('what the repository fetches lacking objects with does not run', async () => {
  commitFile();
  const tree = git('rev-parse', 'HEAD^{tree}').trim();
  rmSync(path.join(repo, '.git/objects', tree.slice(0, 2), tree.slice(2)));
  rmSync(path.join(repo, '.git/index'));
  const settings = {
    'core.repositoryformatversion': '1',
    'extensions.partialClone': 'origin',
    'remote.origin.promisor': 'true',
    'remote.origin.url': root,
    'remote.origin.uploadpack': `${evil()}; false`,
    'protocol.file.allow': 'always',
  };
  for (const [key, value] of Object.entries(settings)) git('config', key, value);
  expect((await gitFacts(repo)).git?.dirty).toBe(true);
  expect(executed()).toBe(false);
});
