import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { version } from '../../package.json';
import type { ExitCode } from './failure';
import type { CliIo } from './io';

export const VERSION: string = version;

/** What a command is built with: the outside world, and the wrapper that handles its exit code. */
export type Cli = {
  readonly io: CliIo;
  readonly table: CommandTable;
  readonly run: <A extends unknown[]>(
    handler: (...args: A) => Promise<ExitCode>,
  ) => (...args: A) => Promise<void>;
};

export type CommandFactory = (cli: Cli) => CommandUnknownOpts;

/** Name -> what loads the command of that name. */
export type CommandTable = Readonly<Record<string, () => Promise<CommandFactory>>>;
