// cspell:ignore intit
import { Help } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import type { Cli } from '../../../src/cli/cli';
import { COMMANDS } from '../../../src/cli/command-table';
import { HELP_LINES } from '../../../src/cli/help-lines';
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
  it.each([
    [['help'], []],
    [['--help'], []],
    [[], []],
    [['--version'], []],
    [['intit', 'a.yaml'], []],
    [['help', 'init'], ['init']],
    [['init', '--help'], ['init']],
  ])('loads for %j no command but %j', async (argv, loaded) => {
    const asked: string[] = [];
    const counted = Object.entries(COMMANDS).map(([name, load]) => {
      const noted = () => {
        asked.push(name);
        return load();
      };
      return [name, noted] as const;
    });
    const before = await cli(argv);
    const after = await cli(argv, process.cwd(), {}, Object.fromEntries(counted));
    expect(after).toEqual(before);
    expect(asked).toEqual(loaded);
  });
  it('says of each command in the help of all what the command says of itself', async () => {
    const help = new Help();
    const program = { io: {}, table: COMMANDS, run: () => async () => undefined } as unknown as Cli;
    const own = Object.entries(COMMANDS).map(async ([name, load]) => {
      const command = (await load())(program);
      return [
        name,
        [help.subcommandTerm(command).slice(name.length).trim(), help.subcommandDescription(command)],
      ];
    });
    expect(Object.entries(HELP_LINES)).toEqual(await Promise.all(own));
  });
  it('shows of each default what a user would write', async () => {
    const program = { io: {}, table: COMMANDS, run: () => async () => undefined } as unknown as Cli;
    const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load())(program)));
    const read = commands
      .flatMap(({ options }) => options)
      .filter(({ parseArg, defaultValue }) => parseArg && defaultValue !== undefined)
      .filter(({ defaultValue }) => !Array.isArray(defaultValue));
    expect(read.length).toBeGreaterThan(5);
    for (const { parseArg, defaultValue, defaultValueDescription } of read)
      expect(parseArg?.(defaultValueDescription ?? String(defaultValue), undefined as never)).toEqual(
        defaultValue,
      );
    expect((await cli(['gc', '--help'])).out).toContain('(default: 30d)');
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
