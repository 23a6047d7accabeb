import { Command } from '@commander-js/extra-typings';
import { listRunsNow } from '../../engine/runs/list-runs-now';
import { type SweepSummary, summarizeSweeps } from '../../engine/sweep/sweep-folder';
import { isRangeTest } from '../../run/kind';
import type { Cli } from '../cli';
import type { ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { listLines, sweepListLines } from '../list/lines';
import { type ListedRow, type ListOptions, type ListView, viewOf } from '../list/view';
import { wholeNumber } from '../option-values';
import { explainedLine } from '../output/numbers';
import { runsFolderIn } from '../run-reference';

export function listCommand({ io, run }: Cli) {
  return new Command('list')
    .description('the runs of a folder, newest first; a sweep is one entry')
    .argument('[dir]', 'a runs folder, one that holds runs/, or a sweep', '.')
    .option('--columns <names>', 'facts and settings to show, as name,map,lr0,batch')
    .option('--sort <keys>', 'by these columns; with a minus highest first, as -map,name')
    .option(
      '--where <filter>',
      'only runs for which this holds, as "lr0 > .01 and state = completed", or a word',
    )
    .option('--group <column>', 'runs of one value under each other')
    .option(
      '--baseline <run>',
      'the difference of each best to the best of this run, and whether it is noise',
    )
    .option('--archived', 'archived runs as well')
    .option('--limit <n>', 'at most so many; with --group of each group', wholeNumber)
    .option('--json', 'one JSON line per run on stdout')
    .action(run((dir, options) => list(io, runsFolderIn(io, dir), options)));
}

async function list(
  io: CliIo,
  folder: string,
  options: ListOptions & { readonly json?: true },
): Promise<ExitCode> {
  const { runs, problems } = await listRunsNow(folder);
  for (const problem of problems) printLine(io.stderr, `warning: ${problem}`);
  const view = await viewOf(io, { folder, runs }, options);
  // A filter or an order is of runs; the trials of a sweep are listed by its own folder.
  const sweeps = isPlain(options) ? await summarizeSweeps(folder) : [];
  if (options.json) printEntries(io, view, sweeps);
  else for (const line of allLines(io, view, sweeps)) printLine(io.stdout, line);
  return 0;
}

function printEntries(io: CliIo, view: ListView, sweeps: readonly SweepSummary[]): void {
  for (const one of view.rows) printJson(io.stdout, listEntry(one, view.columns));
  for (const one of sweeps) printJson(io.stdout, sweepEntry(one));
}

function allLines(io: CliIo, view: ListView, sweeps: readonly SweepSummary[]): string[] {
  const isEmpty = sweeps.length > 0 && view.rows.length === 0;
  return [...(isEmpty ? [] : linesOf(io, view)), ...sweepListLines(sweeps)];
}

const isPlain = ({ where, sort, group, baseline, columns, limit }: ListOptions): boolean =>
  [where, sort, group, baseline, columns, limit].every((option) => option === undefined);

function sweepEntry({ sweep, state, trials, done, best }: SweepSummary) {
  const { dir, name, file } = sweep;
  const counts = { trials: file.trials.length, begun: trials.length, done };
  return { sweep: dir, name, kind: 'sweep', state, ...counts, best: best ?? null, created: file.created };
}

function linesOf({ installDir }: CliIo, view: ListView): string[] {
  return [
    ...listLines(view),
    ...(view.hasBaseline ? [explainedLine(installDir, 'several-runs-and-a-gate')] : []),
  ];
}

/** What other programs read: fields may be added, these stay. */
function listEntry({ summary, row, difference }: ListedRow, columns: readonly string[] | undefined) {
  const { dir, name, run, presence, own, status, meta } = summary;
  const { state, note } = presence;
  const kind = isRangeTest(run) ? { kind: 'range test' } : {};
  return {
    ...{ run: dir, name, ...kind, state, note, own, created: run.created, ...status?.progress },
    ...{ title: meta.title, tags: meta.tags, notes: meta.notes, archived: meta.archived },
    ...(columns && { columns: Object.fromEntries(columns.map((key) => [key, row.get(key) ?? null])) }),
    ...(typeof difference === 'object' && { difference }),
  };
}
