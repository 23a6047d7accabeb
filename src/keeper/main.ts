import path from 'node:path';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import { keep } from './keep';

// keeper.js RUN_DIR [--start | --resume]: started detached by a host, with its output in the run's keeper.log.

function log(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // Unlike a write to the stream, this never throws, even if the disk is full.
  console.error(`${new Date().toISOString()} ${text}`);
}

function taskOf(argv: readonly string[]): KeeperTask {
  if (argv.includes('--resume')) return 'resume';
  return argv.includes('--start') ? 'start' : 'adopt';
}

async function main(argv: readonly string[]): Promise<void> {
  const dir = argv.find((arg) => !arg.startsWith('--'));
  if (dir === undefined) throw new Error('keeper: the run folder is missing');
  // A closed terminal or editor is not the end of a run.
  process.on('SIGHUP', () => undefined);
  await keep({ dir: path.resolve(dir), installDir: __dirname, task: taskOf(argv), onError: log });
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    log(error);
    process.exit(1);
  },
);
