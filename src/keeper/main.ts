import path from 'node:path';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { takeNotifyEnvironment } from '../engine/notify/settings';
import { keep } from './keep';

// keeper.js RUN_DIR [--start | --resume] [--leash]: started detached by a host, with its output in the run's keeper.log.
// --leash: the run ends with the other end of stdin, and with SIGTERM.

/** EX_TEMPFAIL of sysexits.h: another process keeps the run. */
const KEPT_BY_ANOTHER = 75;

function log(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // Unlike a write to the stream, this never throws, even if the disk is full.
  console.error(`${new Date().toISOString()} ${text}`);
}

function taskOf(argv: readonly string[]): KeeperTask {
  if (argv.includes('--resume')) return 'resume';
  return argv.includes('--start') ? 'start' : 'adopt';
}

/** Resolves when the holder of the other end is gone. */
function untilEnd(stream: NodeJS.ReadStream): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
    stream.resume();
  });
}

async function main(argv: readonly string[]): Promise<number> {
  const dir = argv.find((arg) => !arg.startsWith('--'));
  if (dir === undefined) throw new Error('keeper: the run folder is missing');
  // A closed terminal or editor is not the end of a run.
  process.on('SIGHUP', () => undefined);
  const notifyEnv = takeNotifyEnvironment(process.env);
  const leash = argv.includes('--leash') ? untilEnd(process.stdin) : undefined;
  const options = {
    dir: path.resolve(dir),
    installDir: __dirname,
    task: taskOf(argv),
    notifyEnv,
    onError: log,
  };
  return (await keep({ ...options, ...(leash && { leash }) })) === 'refused' ? KEPT_BY_ANOTHER : 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    log(error);
    process.exit(1);
  },
);
