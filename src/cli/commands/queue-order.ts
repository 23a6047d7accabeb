import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { Slots } from '../../domain/run/turns';
import { goOnWaiting, leftRuns } from '../../engine/queue/go-on';
import { type Move, moveInQueue } from '../../engine/queue/move';
import { MOST_SLOTS, readSlots, writeSlots } from '../../engine/queue/queue-folder';
import type { Cli } from '../cli';
import { badInput, type ExitCode, KEPT_BY_ANOTHER, refusing } from '../failure';
import { type CliIo, printLine } from '../io';
import { gpuNumbers, wholeNumber } from '../option-values';
import { TAKE_OVER } from '../resume';
import { isFolder, resolveWholeRun, runsFolderIn } from '../run-reference';
import { requireActing } from '../trust';
import { actingCommand, RUNS } from './requests';

// The order of the queue, how many of it train at once, and going on with it after a restart.

export function moveCommand({ io, run }: Cli) {
  return actingCommand('move', 'give a waiting run another place in the queue')
    .option('--up', 'before the run in front of it')
    .option('--down', 'behind the next one')
    .option('--first', 'it is the next to begin')
    .option('--last', 'behind all others')
    .option('--to <n>', 'to this place, as queue list counts them', wholeNumber)
    .action(
      run(async (text, { runs, trust, ...where }) => {
        const move = moveOf(where);
        const dir = resolveWholeRun(io, text, runs);
        await requireActing(io, dir, trust);
        const { place, of } = await refusing(moveInQueue(dir, move));
        printLine(io.stdout, `place ${place} of ${of} in the queue`);
        return 0;
      }),
    );
}

const KINDS = ['up', 'down', 'first', 'last'] as const;
type MoveOptions = { readonly [K in (typeof KINDS)[number]]?: true } & { readonly to?: number };

function moveOf({ to, ...options }: MoveOptions): Move {
  const moves: Move[] = KINDS.filter((kind) => options[kind]).map((kind) => ({ kind }));
  if (to !== undefined) moves.push({ kind: 'to', place: to });
  if (moves.length === 1) return moves[0];
  throw badInput('pitwall queue move: expected one of --up, --down, --first, --last, --to N');
}

export function runCommand({ io, run }: Cli) {
  return new Command('run')
    .description(
      'go on with runs that were left waiting when their machine restarted or their keepers were killed; otherwise the queue needs no command to go on',
    )
    .argument('[dir]', 'a runs folder, or one that holds runs/', '.')
    .option(...TAKE_OVER)
    .action(run((dir, options) => goOn(io, dir, options)));
}

async function goOn(io: CliIo, dir: string, { takeOver }: { readonly takeOver?: true }): Promise<ExitCode> {
  const left = await leftRuns(runsFolderIn(io, dir));
  if (left.length === 0) printLine(io.stdout, 'no run was left waiting');
  for (const one of left) await requireActing(io, one.dir);
  const options = { installDir: io.installDir, ...(takeOver && { takeOver }) };
  const { again, elsewhere } = await refusing(goOnWaiting(left, options));
  for (const { name } of again) printLine(io.stdout, `waits again: ${name}`);
  for (const { name, presence } of elsewhere)
    printLine(
      io.stderr,
      `${name}: waited on ${presence.host ?? 'another machine'}, or before this machine restarted (--take-over)`,
    );
  return elsewhere.length > 0 ? KEPT_BY_ANOTHER : 0;
}

type SlotOptions = {
  readonly parallel?: number;
  readonly devices?: readonly string[];
  readonly clear?: true;
  readonly runs: string;
};

export function slotsCommand({ io, run }: Cli) {
  return new Command('slots')
    .description(
      'how many runs of the queue train at once; without it those whose experiments name different devices',
    )
    .option('--parallel <n>', 'runs that train at once', wholeNumber)
    .option('--devices <list>', 'GPUs by their numbers for CUDA, as 0,1: a run each', gpuNumbers)
    .option('--clear', 'no slots any more')
    .option(...RUNS)
    .action(run((options) => slots(io, options)));
}

async function slots(io: CliIo, options: SlotOptions): Promise<ExitCode> {
  const runsDir = path.resolve(io.cwd, options.runs);
  if (!isFolder(runsDir)) throw badInput(`${options.runs}: no such folder of runs`);
  const wanted = options.clear ? undefined : slotsOf(options);
  if (options.clear || wanted) await refusing(writeSlots(runsDir, wanted));
  const now = await readSlots(runsDir);
  printLine(io.stdout, now ? slotsLine(now) : 'no slots: runs that name different devices train at once');
  return 0;
}

function slotsOf({ parallel, devices = [] }: SlotOptions): Slots | undefined {
  if (parallel === undefined && devices.length === 0) return undefined;
  const count = parallel ?? devices.length;
  if (count > MOST_SLOTS) throw badInput(`pitwall queue slots: at most ${MOST_SLOTS}`);
  if (count < devices.length)
    throw badInput(
      `pitwall queue slots: --parallel ${count} leaves a device of --devices ${devices.join(',')} without a slot: expected ${devices.length} or more`,
    );
  return { parallel: count, devices };
}

const slotsLine = ({ parallel, devices }: Slots): string =>
  `${parallel} at once${devices.length > 0 ? `, on ${devices.join(', ')}` : ''}`;
