import { Command } from '@commander-js/extra-typings';
import { type QueuedRun, queueOf } from '../../engine/control/queue';
import { listRuns } from '../../engine/runs/list-runs';
import type { Cli } from '../cli';
import { loadExperiment } from '../experiment';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { collect } from '../option-values';
import { formatTable } from '../output/table';
import { resolveRun, runsFolderIn } from '../run-reference';
import { runsFolder, startLoaded } from '../train/start';
import { actingCommand, ask } from './requests';

export function queueCommand(cli: Cli) {
  return new Command('queue')
    .description('runs that wait for each other on one machine: each starts when the one before it has ended')
    .addCommand(addCommand(cli))
    .addCommand(listCommand(cli))
    .addCommand(removeCommand(cli));
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
    const queue = queueOf((await listRuns(runsFolder(io, one.file, runs))).runs);
    const last = queue.at(-1);
    const place = { ...(name !== undefined && { name }), ...(runs !== undefined && { runs }) };
    const { dir } = await startLoaded(io, one, { ...place, ...(last && { after: last.dir }) });
    printLine(io.stdout, `run: ${dir}${last ? `, behind ${last.name}` : ''}`);
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
        printQueue(io, queueOf((await listRuns(runsFolderIn(io, dir))).runs), json);
        return 0;
      }),
    );
}

function printQueue(io: CliIo, queue: readonly QueuedRun[], json?: boolean): void {
  if (json) for (const one of queue) printJson(io.stdout, entryOf(one));
  else for (const line of queueLines(queue)) printLine(io.stdout, line);
}

const entryOf = ({ dir, name, presence, behind }: QueuedRun) => ({
  ...{ run: dir, name, state: presence.state },
  behind: behind ?? null,
});

function queueLines(queue: readonly QueuedRun[]): string[] {
  if (queue.length === 0) return ['nothing goes on and nothing waits'];
  const columns = ['', 'run', 'state', 'behind'].map((title) => ({ title }));
  return formatTable(
    columns,
    queue.map(({ name, presence, behind }, i) => [
      String(i + 1),
      name,
      behind === undefined ? presence.state : 'waiting',
      behind ?? '',
    ]),
  );
}

function removeCommand({ io, run }: Cli) {
  return actingCommand('remove', 'take a waiting run out of the queue; those behind it move up').action(
    run(async (text, { runs, trust }) => {
      const { dir } = resolveRun(io, text, runs);
      const queue = queueOf((await listRuns(runsFolderIn(io, runs))).runs);
      const found = queue.find((one) => one.dir === dir);
      if (!found) throw badInput(`${text}: has ended: it is not in the queue`);
      if (found.behind === undefined)
        throw badInput(`${text}: goes on already; pitwall stop ${text} ends it`);
      await ask(io, dir, { type: 'stop' }, trust);
      return 0;
    }),
  );
}
