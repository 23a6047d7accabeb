import { demoCommand, initCommand } from '../commands/demo';
import { followCommand } from '../commands/follow';
import { lrFindCommand } from '../commands/lr-find';
import { queueCommand } from '../commands/queue';
import { repeatCommand } from '../commands/repeat';
import { continueCommand, pauseCommand, stopCommand } from '../commands/requests';
import { rewindCommand } from '../commands/rewind';
import { runCommand } from '../commands/run';
import { setCommand } from '../commands/set';
import { sweepCommand } from '../commands/sweep';
import { trainCommand } from '../commands/train';
import { warmupCommand } from '../commands/warmup';
import { watchCommand } from '../commands/watch';

export const RUNNING = {
  demo: demoCommand,
  init: initCommand,
  train: trainCommand,
  run: runCommand,
  repeat: repeatCommand,
  sweep: sweepCommand,
  queue: queueCommand,
  watch: watchCommand,
  follow: followCommand,
  stop: stopCommand,
  pause: pauseCommand,
  continue: continueCommand,
  set: setCommand,
  rewind: rewindCommand,
  warmup: warmupCommand,
  'lr-find': lrFindCommand,
};
