import { Command, CommanderError, type CommandUnknownOpts, Help } from '@commander-js/extra-typings';
import { toError } from '../base/async';
import { isBadInput } from '../base/bad-input';
import { visible } from '../base/visible';
import type { Cli, CommandFactory, CommandTable } from './cli';
import { VERSION } from './cli';
import { CliFailure, type ExitCode } from './failure';
import { HELP_LINES } from './help-lines';
import { type CliIo, printLine } from './io';
import { namedPath } from './option-values';
import { explainedLine } from './output/numbers';

const VERSION_FLAGS = ['-V', '--version'];

/** Runs one command line (without node and script). Never throws, never exits the process. */
export async function runCli(argv: readonly string[], io: CliIo, table: CommandTable): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const run: Cli['run'] =
    (handler) =>
    async (...args) => {
      exitCode = await handler(...args);
    };
  try {
    const commands = await loadCommands(argv, table);
    await createProgram({ io, run, table }, commands).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, io);
  }
}

/** The one that is asked for, or about; the help of the whole program and the nearest name need no more than names. */
async function loadCommands(argv: readonly string[], table: CommandTable): Promise<CommandFactory[]> {
  const [first = '', second = ''] = argv.filter((word) => !word.startsWith('-'));
  const name = first === 'help' ? second : first;
  if (Object.hasOwn(table, name)) return [await table[name]()];
  return Object.keys(table).map((known) => () => new Command(known).summary(HELP_LINES[known]?.[1] ?? ''));
}

function createProgram(cli: Cli, commands: readonly CommandFactory[]) {
  const program = new Command('pitwall')
    .description(
      'Trains YOLO detectors, validates every checkpoint beside training and explains the results.',
    )
    .version(VERSION, VERSION_FLAGS.join(', '))
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'show how a command is used')
    .configureHelp({ subcommandTerm: termOf })
    .addHelpText(
      'after',
      `\nExit codes: 0 done, 1 failed or diverged, 2 bad usage or input, 130 interrupted.\nVerdicts: ${explainedLine(cli.io.installDir)}`,
    );
  for (const create of commands) program.addCommand(create(cli));
  return configured(program, cli.io);
}

function termOf(command: CommandUnknownOpts): string {
  const name = command.name();
  if (!Object.hasOwn(HELP_LINES, name)) return new Help().subcommandTerm(command);
  return `${name} ${HELP_LINES[name][0]}`.trimEnd();
}

/** Errors of usage are one line on stderr and are thrown instead of ending the process; also those of `queue add`. */
function configured(command: CommandUnknownOpts, io: CliIo): CommandUnknownOpts {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    getOutHelpWidth: () => io.stdout.columns ?? 100,
    getErrHelpWidth: () => io.stderr.columns ?? 100,
    outputError: (text, write) => write(`${visible(oneLine(text.replace(/^error: /, 'pitwall: ')))}\n`),
  });
  for (const option of command.options) if (NAMES_A_PLACE.test(option.flags)) option.argParser(namedPath);
  for (const inner of command.commands) configured(inner, io);
  return command;
}

const NAMES_A_PLACE = /<(?:dir|file)>/;

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

function reportFailure(error: unknown, io: CliIo): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { lines, exitCode } = tellingOf(error);
  for (const line of [...lines, ...stackOf(error, io)]) printLine(io.stderr, line);
  return exitCode;
}

function tellingOf(error: unknown): Pick<CliFailure, 'lines' | 'exitCode'> {
  if (error instanceof CliFailure) return error;
  const text = describe(toError(error));
  return isBadInput(error) ? { lines: [text], exitCode: 2 } : { lines: [`pitwall: ${text}`], exitCode: 1 };
}

/** For finding a mistake of ours. */
function stackOf(error: unknown, { env }: CliIo): readonly string[] {
  const isOurs = !(error instanceof CliFailure) && !isBadInput(error);
  return env.PITWALL_DEBUG && isOurs ? (toError(error).stack ?? '').split('\n') : [];
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return oneLine(`${error.message}${cause}`);
}
