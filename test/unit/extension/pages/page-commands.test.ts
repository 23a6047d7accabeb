import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandOfRun, tableCommand } from '../../../../src/extension/pages/page-commands';
import { zSubject } from '../../../../src/extension/pages/subject';
import { zAct, zBreakdown, zCopy, zGallery, zLens, zSaveFile } from '../../../../src/protocol/webview-checks';
import { repositoryRoot } from '../../../helpers/shared';

const FORGED = [
  'workbench.action.terminal.new',
  'pitwall.trustRun',
  'vscode.open',
  'constructor',
  '__proto__',
  'toString',
  '',
];

describe('a message that no button of a page sends', () => {
  it('runs no command', () => {
    for (const id of FORGED) {
      expect(() => commandOfRun(id), id).toThrow(`a page requested ${id}, which is not an action`);
      expect(() => tableCommand({ id, dirs: ['/runs/a'] }, new Set(['/runs/a']))).toThrow('is not an action');
    }
  });

  it('names no run but those that are shown, and none by itself', () => {
    const known = new Set(['/runs/a', '/runs/b']);
    const ask = (dirs: unknown) => tableCommand({ id: 'delete', dirs }, known);
    expect(ask(['/etc', '/runs/b', '/runs/../etc'])).toEqual({
      command: 'pitwall.deleteRun',
      args: [{ dir: '/runs/b' }],
    });
    expect(ask(['/etc'])).toBeUndefined();
    expect(ask([])).toBeUndefined();
    for (const dirs of [undefined, '/runs/a', [1], [{ toString: '/runs/a' }], Array(30_000).fill('/runs/a')])
      expect(() => ask(dirs)).toThrow();
  });

  it('says a button, an epoch and a place in a list, and no path', () => {
    expect(zAct.parse({ id: 'reveal', epoch: 3, dir: '/etc', uri: 'file:///etc' })).toEqual({
      id: 'reveal',
      epoch: 3,
    });
    expect(zBreakdown.parse({ epoch: 1, dir: '/etc' })).toEqual({ epoch: 1 });
    for (const epoch of ['../../etc', -1, 0, 1.5, Number.NaN, {}])
      expect(zAct.safeParse({ id: 'reveal', epoch }).success, String(epoch)).toBe(false);
    for (const from of ['/etc/passwd', -1, 0.5, Number.POSITIVE_INFINITY])
      expect(zGallery.safeParse({ from }).success, String(from)).toBe(false);
    for (const truth of ['/etc', -1, 0.5, undefined])
      expect(zGallery.safeParse({ from: 0, confused: { predicted: 0, truth } }).success).toBe(false);
    expect(zAct.safeParse({ id: 'x'.repeat(65) }).success).toBe(false);
  });

  it('gives bytes, texts and ranges of the expected kind only', () => {
    expect(zSaveFile.safeParse({ name: 'a.png', bytes: '/etc/passwd' }).success).toBe(false);
    expect(zCopy.safeParse({ text: { toString: 'x' }, what: 'table' }).success).toBe(false);
    expect(
      zLens.safeParse({ axis: 'step', smoothing: 0, rows: 0, charts: { constructor: {} } }).success,
    ).toBe(false);
    expect(zSubject.safeParse({ kind: 'file', file: '/etc/passwd' }).success).toBe(false);
  });
});

it('each handler of a page checks what it is given', () => {
  const folder = path.join(repositoryRoot, 'src/extension/pages');
  for (const name of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const given = text.match(/\(params: unknown\) =>/g)?.length ?? 0;
    const checked = text.match(/\.parse\(params\)|#act\(params\)/g)?.length ?? 0;
    expect(checked, name).toBe(given);
  }
});
