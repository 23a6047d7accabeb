import type { CommandFactory } from './cli';
import { compareCommand } from './commands/compare';
import { dataCommand } from './commands/data';
import { demoCommand } from './commands/demo';
import { doctorCommand } from './commands/doctor';
import { evaluateCommand } from './commands/evaluate';
import { exportCommand } from './commands/export';
import { followCommand } from './commands/follow';
import { gpuRuntimeCommand } from './commands/gpu-runtime';
import { initCommand } from './commands/init';
import { listCommand } from './commands/list';
import { lrFindCommand } from './commands/lr-find';
import { predictCommand } from './commands/predict';
import { continueCommand, pauseCommand, stopCommand } from './commands/requests';
import { rewindCommand } from './commands/rewind';
import { scheduleCommand } from './commands/schedule';
import { setCommand } from './commands/set';
import { setupPythonCommand } from './commands/setup-python';
import { showCommand } from './commands/show';
import { trainCommand } from './commands/train';
import { validateCommand } from './commands/validate';
import { watchCommand } from './commands/watch';

/** The command table, in the order of the help text. */
export const COMMANDS: readonly CommandFactory[] = [
  demoCommand,
  initCommand,
  trainCommand,
  watchCommand,
  followCommand,
  listCommand,
  showCommand,
  stopCommand,
  pauseCommand,
  continueCommand,
  setCommand,
  rewindCommand,
  validateCommand,
  predictCommand,
  evaluateCommand,
  dataCommand,
  scheduleCommand,
  lrFindCommand,
  compareCommand,
  exportCommand,
  doctorCommand,
  setupPythonCommand,
  gpuRuntimeCommand,
];
