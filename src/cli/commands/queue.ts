import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { isWaitingWords } from '../../domain/run/turns';
import { isLeft, type QueuedRun, queueOf } from '../../engine/queue/queue';
import { endOfQueue } from '../../engine/queue/queue-end';
import { listRuns, type RunSummary } from '../../engine/runs/list-runs';
import type { Cli } from '../cli';
import { loadExperiment } from '../experiment';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { collect } from '../option-values';
import { formatTable } from '../output/table';
import { resolveWholeRun, runsFolderIn } from '../run-reference';
import { runsFolder, startLoaded } from '../train/start';
import { moveCommand, runCommand, slotsCommand } from './queue-order';
import { actingCommand, ask } from './requests';

export function queueCommand(cli: Cli) {
  return new Command('queue')
    .description('runs that wait for each other on one machine: each starts when its turn has come')
    .addCommand(addCommand(cli))
    .addCommand(listCommand(cli))
    .addCommand(moveCommand(cli))
    .addCommand(removeCommand(cli))
    .addCommand(runCommand(cli))
    .addCommand(slotsCommand(cli));
}

type AddOptions = { readonly set: readonly string[]; readonly name?: string; readonly runs?: string };

function addCommand({ io, run }: Cli) {
  return new Command('add')
    .description('train experiments one after the other, behind what is in the queue; does not wait')
    .argument('<configs...>', 'experiment files')
    .option('--set <key=value>', 'overrides a key of each; may be given many times', collect, [])
    .option('--name <name>', 'name of the run folder, of a single config')
    .option('--runs <dir>', 'folder of the runs; without it runs/ beside the config')
    .action(run((configs, options) => add(io, configs, options)));
}

async function add(io: CliIo, configs: readonly string[], options: AddOptions): Promise<ExitCode> {
  const { set, name, runs } = options;
  if (name !== undefined && configs.length > 1)
    throw badInput('pitwall queue add: --name is of a single config');
  // What is wrong with any of them is said before the first begins.
  const loaded = configs.map((config) => loadExperiment(io, config, set));
  for (const one of loaded) {
    const runsDir = runsFolder(io, one.file, runs);
    const last = await endOfQueue(runsDir);
    const place = { ...(name !== undefined && { name }), ...(runs !== undefined && { runs }) };
    const { dir } = await startLoaded(io, one, { ...place, after: last.dir });
    printLine(io.stdout, `run: ${dir}${last.name === undefined ? '' : `, behind ${last.name}`}`);
  }
  return 0;
}

function listCommand({ io, run }: Cli) {
  return new Command('list')
    .description('what goes on and what waits, in the order of their turns')
    .argument('[dir]', 'a runs folder, or one that holds runs/', '.')
    .option('--json', 'one JSON line per run on stdout')
    .action(
      run(async (dir, { json }) => {
        printQueue(io, (await listRuns(runsFolderIn(io, dir))).runs, json);
        return 0;
      }),
    );
}

function printQueue(io: CliIo, runs: readonly RunSummary[], json?: boolean): void {
  if (json) for (const one of queueOf(runs)) printJson(io.stdout, entryOf(one));
  else for (const line of queueLines(runs)) printLine(io.stdout, line);
}

const entryOf = ({ dir, name, presence, status, place, behind }: QueuedRun) => ({
  ...{ run: dir, name, state: presence.state },
  ...{ place: place ?? null, behind: behind ?? null },
  ...{ slot: status?.turn?.slot ?? null, device: status?.turn?.device ?? null },
});

function queueLines(runs: readonly RunSummary[]): string[] {
  const queue = queueOf(runs);
  const left = runs.filter(isLeft).map(({ name }) => `${name} was left waiting; pitwall queue run goes on`);
  if (queue.length === 0) return left.length > 0 ? left : ['nothing goes on and nothing waits'];
  const columns = ['', 'run', 'state', 'behind'].map((title) => ({ title }));
  const rows = queue.map(({ name, presence, place, behind }) =>
    place === undefined ? ['', name, presence.state, ''] : [String(place), name, 'waiting', behind ?? ''],
  );
  return [...formatTable(columns, rows), ...queue.flatMap(troubleOf), ...left];
}

/** What keeps a run from its turn other than those before it. */
function troubleOf({ name, place, status }: QueuedRun): string[] {
  const { said } = status ?? {};
  const isOrder = place === undefined || said === undefined || isWaitingWords(said);
  return isOrder ? [] : [`${name}: ${inEnglish(said)}`];
}

function removeCommand({ io, run }: Cli) {
  return actingCommand('remove', 'take a waiting run out of the queue; those behind it move up').action(
    run(async (text, { runs, trust }) => {
      const dir = resolveWholeRun(io, text, runs);
      const { runs: all } = await listRuns(path.dirname(dir));
      const isNamed = (one: Pick<RunSummary, 'name'>): boolean => one.name === path.basename(dir);
      const found = queueOf(all).find(isNamed);
      if (!found) throw badInput(whyNotQueued(all.find(isNamed), text));
      if (found.place === undefined) throw badInput(`${text}: goes on already; pitwall stop ${text} ends it`);
      await ask(io, dir, { type: 'stop' }, trust);
      return 0;
    }),
  );
}

function whyNotQueued(run: RunSummary | undefined, text: string): string {
  return run && isLeft(run)
    ? `${text}: was left waiting and nothing keeps it now; pitwall queue run lets it wait on`
    : `${text}: has ended: it is not in the queue`;
}
