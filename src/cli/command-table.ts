import type { CommandFactory } from './cli';
import { initCommand } from './commands/init';

/** The command table, in the order of the help text. */
export const COMMANDS: readonly CommandFactory[] = [initCommand];
