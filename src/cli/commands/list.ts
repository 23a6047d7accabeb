import { Command } from '@commander-js/extra-typings';
import { createTranslate } from '../../base/translate';
import { formatAgo } from '../../domain/display/duration';
import { listRuns, type RunSummary } from '../../engine/runs/run-index';
import { isRangeTest } from '../../run/kind';
import type { Cli } from '../cli';
import { type CliIo, printJson, printLine } from '../io';
import { score } from '../output/numbers';
import { formatTable, type TableColumn } from '../output/table';
import { runsFolderIn } from '../run-reference';

const COLUMNS: readonly TableColumn[] = [
  { title: 'run' },
  { title: 'state' },
  { title: 'epoch', align: 'right' },
  { title: 'best mAP50-95', align: 'right' },
  { title: 'at', align: 'right' },
  { title: 'started' },
  { title: '' },
];

export function listCommand({ io, run }: Cli) {
  return new Command('list')
    .description('the runs of a folder, newest first')
    .argument('[dir]', 'a runs folder, or one that holds runs/', '.')
    .option('--json', 'one JSON line per run on stdout')
    .action(
      run(async (dir, { json }) => {
        const { runs, problems } = await listRuns(runsFolderIn(io, dir));
        for (const problem of problems) printLine(io.stderr, `warning: ${problem}`);
        if (json) for (const summary of runs) printJson(io.stdout, listEntry(summary));
        else printRuns(io, runs);
        return 0;
      }),
    );
}

function listEntry({ dir, name, run, presence, own, status }: RunSummary) {
  const { state, note } = presence;
  const kind = isRangeTest(run) ? { kind: 'range test' } : {};
  return { run: dir, name, ...kind, state, note, own, created: run.created, ...status?.progress };
}

function printRuns(io: CliIo, runs: readonly RunSummary[]): void {
  if (runs.length === 0) printLine(io.stdout, 'no runs');
  else for (const line of formatTable(COLUMNS, runs.map(row))) printLine(io.stdout, line);
}

function row({ name, run, presence, own, status }: RunSummary): string[] {
  const { epoch = 0, epochs = run.experiment.resolved.epochs, best } = status?.progress ?? {};
  return [
    name,
    isRangeTest(run) ? `LR test ${presence.state}` : presence.state,
    epochs === 0 ? String(epoch) : `${epoch}/${epochs}`,
    `${score(best?.map)}${best?.own ? ' (its own)' : ''}`,
    best ? String(best.epoch) : '',
    formatAgo((Date.now() - run.created) / 1000, createTranslate()),
    [own ? [] : ['not yours'], presence.note ?? []].flat().join('; '),
  ];
}
