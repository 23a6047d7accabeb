import { expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { exitOf } from '../../../../src/trainers/command/program';

it('Windows: a program that does not exist is named, and no exit code of a program is taken for that elsewhere', () => {
  const end = exitOf('no-such-program', 9009, null, 'win32');
  expect(end.kind === 'unstartable' && inEnglish(end.said)).toBe(
    'no-such-program or a program that it runs was not found (exit code 9009)',
  );
  expect(exitOf('train', 9009, null, 'darwin')).toEqual({ kind: 'exited', code: 9009, signal: null });
  expect(exitOf('train', 3, null, 'win32')).toEqual({ kind: 'exited', code: 3, signal: null });
});
