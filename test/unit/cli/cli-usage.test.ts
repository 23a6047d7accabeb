// cspell:ignore intit
import { describe, expect, it } from 'vitest';
import { cli, lines } from './harness';

async function checkUsageError(argv: readonly string[], expected: RegExp): Promise<void> {
  const { code, out, err } = await cli(argv);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(lines(err)).toHaveLength(1);
  expect(err).toMatch(expected);
}

describe('usage of the command line', () => {
  it('answers an unknown command with one line and a suggestion', () =>
    checkUsageError(['intit'], /^pitwall: unknown command 'intit' \(Did you mean init\?\)\n$/));
  it('answers an unknown option with one line', () =>
    checkUsageError(['init', '--nope', 'x'], /^pitwall: unknown option '--nope'/));
  it('answers a missing argument with one line', () =>
    checkUsageError(['init'], /^pitwall: missing required argument 'dir'/));
  it('takes no hash of the GPU runtime from a source that is named with it', () =>
    checkUsageError(
      ['gpu-runtime', 'install', '--source', 'https://127.0.0.1:9/index.json'],
      /^--source needs --sha512/,
    ));
  it('prints help on stdout and succeeds', async () => {
    const { code, out, err } = await cli(['--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Exit codes: 0 done');
  });
  it('prints help for one command', async () => {
    const { code, out } = await cli(['help', 'init']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: pitwall init [options] <dir>');
  });
  it('prints the version', async () => {
    const { code, out } = await cli(['--version']);
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
  it('counts no command at all as bad usage and shows the help on stderr', async () => {
    const { code, out, err } = await cli([]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('Usage: pitwall');
  });
});
