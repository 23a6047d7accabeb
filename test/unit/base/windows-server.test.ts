import { expect, it } from 'vitest';
import { leadsElsewhere, serverOf } from '../../../src/run/folder/paths';

it('a path that names a machine or a device is known by it', () => {
  const check = (file: string, expected: string | undefined): void =>
    expect(serverOf(file), file).toBe(expected);
  check('\\\\Evil\\share\\data.yaml', 'evil');
  check('//evil/share', 'evil');
  check('\\/evil\\share', 'evil');
  check('\\\\evil@SSL\\DavWWWRoot\\x', 'evil@ssl');
  check('\\\\?\\UNC\\evil\\share', 'evil');
  check('\\\\.\\unc\\evil\\share', 'evil');
  check('\\\\.\\pipe\\x', 'pipe');
  check('\\\\?\\C:\\data', undefined);
  for (const local of ['C:\\data', '/data', 'data\\x', '..\\x', 'a//b', '\\data', ''])
    check(local, undefined);
});

it('leads elsewhere on Windows only, and not within the machine that a file is on', () => {
  const check = (near: string, platform: string, expected: boolean): void =>
    expect(leadsElsewhere('\\\\nas\\sets\\a', near, platform)).toBe(expected);
  check('C:\\work\\a.train.yaml', 'win32', true);
  check('\\\\other\\work\\a.train.yaml', 'win32', true);
  check('\\\\NAS\\work\\a.train.yaml', 'win32', false);
  check('/work/a.train.yaml', 'linux', false);
});
