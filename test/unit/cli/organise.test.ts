import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearableCheckpoints } from '../../../src/domain/run/retention';
import { planSpace } from '../../../src/engine/control/free-space';
import { ownIdentity } from '../../../src/engine/process/identity';
import { isOwnRun, signRun } from '../../../src/run/folder/signature';
import { readMeta } from '../../../src/run/folder/whole-file';
import { writeJudgedRun } from '../../helpers/judged-run';
import { cli, lines } from './harness';

let root = '';
beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-organise-'));
  for (const name of ['one', 'two', 'foreign']) {
    const dir = writeJudgedRun(path.join(root, 'runs'), { name, shift: 1, map: 0.5 });
    const status = { format: 1, state: 'completed', heartbeat: 1000, keeper: ownIdentity() };
    writeFileSync(path.join(dir, 'status.json'), JSON.stringify(status));
    if (name !== 'foreign') await signRun(dir);
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const pitwall = (...argv: string[]) => cli(argv, root);
const folder = (name: string): string => path.join(root, 'runs', name);

describe('what a person adds to a run', () => {
  it('is a note that can be read, replaced and added to', async () => {
    expect((await pitwall('note', 'one', 'lr', 'halved')).code).toBe(0);
    expect((await pitwall('note', 'one')).out).toBe('lr halved\n');
    await pitwall('note', 'one', '--append', 'still overfits');
    expect(lines((await pitwall('note', 'one')).out)).toEqual(['lr halved', 'still overfits']);
    await pitwall('note', 'one', 'new');
    expect((await readMeta(folder('one'))).notes).toBe('new');
  });
  it('is a set of tags', async () => {
    await pitwall('tag', 'one', 'line-3', 'night');
    expect((await pitwall('tag', 'one', 'night', 'release')).out).toBe('line-3, night, release\n');
    expect((await pitwall('tag', 'one', '--remove', 'line-3')).out).toBe('night, release\n');
    const { code, err } = await pitwall('tag', 'one', 'a,b');
    expect([code, err]).toEqual([2, 'tag a,b: expected a word of at most 40 letters without commas\n']);
  });
  it('is a title, which keeps the folder and can be taken back', async () => {
    await pitwall('rename', 'one', 'Night shift');
    expect((await readMeta(folder('one'))).title).toBe('Night shift');
    await pitwall('rename', 'one', '');
    expect(await readMeta(folder('one'))).toEqual({});
    expect(existsSync(folder('one'))).toBe(true);
  });
  it('is its place in the archive', async () => {
    await pitwall('archive', 'one', 'two');
    expect([await readMeta(folder('one')), await readMeta(folder('two'))]).toEqual([
      { archived: true },
      { archived: true },
    ]);
    await pitwall('archive', 'two', '--undo');
    expect((await readMeta(folder('two'))).archived).toBe(false);
  });
  it('is the trash, from which it comes back as their own', async () => {
    expect((await pitwall('rm', 'one')).out).toContain('back with pitwall rm --undo one');
    expect(existsSync(folder('one'))).toBe(false);
    expect((await pitwall('rm', '--undo', 'one')).out).toContain(`back: ${folder('one')}`);
    expect(await isOwnRun(folder('one'))).toBe(true);
    const { code, err } = await pitwall('rm', '--undo', 'one');
    expect([code, lines(err).length]).toEqual([2, 1]);
  });
});

describe('several of them', () => {
  it.each(['rm', 'archive'])('are all found before %s touches the first', async (command) => {
    const { code, out, err } = await pitwall(command, 'one', 'nope', 'two');
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(err).toContain('nope: no run folder there');
    expect([existsSync(folder('one')), await readMeta(folder('one'))]).toEqual([true, {}]);
  });
  it('are all at rest before the first is in the trash', async () => {
    writeFileSync(path.join(folder('two'), 'keeper.1.lock'), JSON.stringify(ownIdentity()));
    const { code, out, err } = await pitwall('rm', 'one', 'two');
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(existsSync(folder('one'))).toBe(true);
  });
  it('go to the trash once, whatever they are called, and come back together or not at all', async () => {
    expect((await pitwall('rm', 'one', 'runs/one', 'two')).code).toBe(0);
    expect((await pitwall('rm', '--undo', 'one', 'nope')).code).toBe(2);
    expect(existsSync(folder('one'))).toBe(false);
    expect((await pitwall('rm', '--undo', 'one', 'two')).code).toBe(0);
    expect([existsSync(folder('one')), existsSync(folder('two'))]).toEqual([true, true]);
  });
});

describe('an epoch of a run', () => {
  it.each([
    ['rm', 'one@1'],
    ['archive', 'one@1'],
    ['note', 'one@1'],
    ['note', 'one@1', 'text'],
    ['tag', 'one@1', 'night'],
    ['rename', 'one@1', 'Night'],
    ['export', 'one@1', '--csv'],
    ['watch', 'one@1'],
    ['stop', 'one@1'],
    ['pause', 'one@1'],
    ['continue', 'one@1'],
    ['set', 'one@1', 'lr=.1'],
    ['rewind', 'one@1'],
    ['queue', 'remove', 'one@1'],
    ['queue', 'move', 'one@1', '--up'],
    ['train', '--resume', 'one@1'],
    ['list', '--baseline', 'one@1'],
  ])('is not what %s takes', async (...argv) => {
    const { code, out, err } = await pitwall(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe('one@1: this is about a run as a whole; name it without @1\n');
    expect([existsSync(folder('one')), await readMeta(folder('one'))]).toEqual([true, {}]);
  });
});

describe('a run that is not theirs', () => {
  it.each([
    ['note', 'foreign', 'mine'],
    ['tag', 'foreign', 'mine'],
    ['rename', 'foreign', 'Mine'],
    ['archive', 'one', 'foreign'],
    ['rm', 'foreign'],
  ])('is left as it is by %s', async (...argv) => {
    const { code, out, err } = await pitwall(...argv);
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(err).toContain('was not started by you');
    expect(await readMeta(folder('foreign'))).toEqual({});
    expect(await readMeta(folder('one'))).toEqual({});
    expect(existsSync(folder('foreign'))).toBe(true);
  });
  it('is acted on with --trust', async () => {
    expect((await pitwall('note', 'foreign', '--trust', 'seen')).code).toBe(0);
    expect((await pitwall('note', 'foreign')).out).toBe('seen\n');
  });
});

describe('clearing space away', () => {
  const row = (epoch: number, more = {}) => ({ epoch, kept: true, pinned: false, ...more });
  it('keeps the best, what is pinned, and the newest if it is asked for', () => {
    const all = [row(1), row(2, { pinned: true }), row(3), row(4, { kept: false }), row(5)];
    expect(clearableCheckpoints(all, 3, 'best')).toEqual([1, 5]);
    expect(clearableCheckpoints(all, 3, 'last')).toEqual([1]);
    expect(clearableCheckpoints(all, undefined, 'best')).toEqual([1, 3]);
    expect(clearableCheckpoints(all, 4, 'best')).toEqual([1, 3]);
    expect(clearableCheckpoints([], 1, 'best')).toEqual([]);
  });
  it('leaves young runs, and those of others, alone', async () => {
    const runsDir = path.join(root, 'runs');
    const now = 1000 + 3_600_000;
    expect(await planSpace(runsDir, { keep: 'best', olderMs: 2 * 3_600_000, now })).toEqual({
      runs: [],
      trash: [],
      foreign: [],
    });
    expect((await planSpace(runsDir, { keep: 'best', olderMs: 0, now })).foreign).toEqual(['foreign']);
  });
  it('counts from the end of a run, not from what was done to it later', async () => {
    const status = { format: 1, state: 'completed', heartbeat: 5000, endedAt: 1000, keeper: ownIdentity() };
    writeFileSync(path.join(folder('foreign'), 'status.json'), JSON.stringify(status));
    const plan = await planSpace(path.join(root, 'runs'), { keep: 'best', olderMs: 0, now: 1001 });
    expect(plan.foreign).toEqual(['foreign']);
  });
  it('says first what it would remove', async () => {
    await pitwall('rm', 'one');
    const { code, out } = await pitwall('gc', '--older', '0h', '--dry-run');
    expect(code).toBe(0);
    expect(lines(out)).toEqual([
      expect.stringMatching(/^one in the trash: [\d.]+ KB$/),
      expect.stringMatching(/^[\d.]+ KB would be freed$/),
      'not yours, left as they are: foreign',
    ]);
    expect((await pitwall('gc', '--older', '0h')).out).toMatch(/KB freed$/m);
    expect((await pitwall('gc', '--older', '0h', '--dry-run')).out).toContain('nothing to remove');
  });
  it.each(['30', 'd', '1y', '-3d'])('does not take %s for an age', async (age) => {
    const { code, err } = await pitwall('gc', `--older=${age}`);
    expect([code, lines(err).length]).toEqual([2, 1]);
  });
});
