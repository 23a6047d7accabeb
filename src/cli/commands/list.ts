import { Command } from '@commander-js/extra-typings';
import { listRuns } from '../../engine/runs/list-runs';
import { isRangeTest } from '../../run/kind';
import type { Cli } from '../cli';
import type { ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { listLines } from '../list/lines';
import { type ListedRow, type ListOptions, type ListView, viewOf } from '../list/view';
import { wholeNumber } from '../option-values';
import { explainedLine } from '../output/explained';
import { runsFolderIn } from '../run-reference';

export function listCommand({ io, run }: Cli) {
  return new Command('list')
    .description('the runs of a folder, newest first')
    .argument('[dir]', 'a runs folder, or one that holds runs/', '.')
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
    .option('--limit <n>', 'at most so many', wholeNumber)
    .option('--json', 'one JSON line per run on stdout')
    .action(run((dir, options) => list(io, runsFolderIn(io, dir), options)));
}

async function list(
  io: CliIo,
  folder: string,
  options: ListOptions & { readonly json?: true },
): Promise<ExitCode> {
  const { runs, problems } = await listRuns(folder);
  for (const problem of problems) printLine(io.stderr, `warning: ${problem}`);
  const view = await viewOf(io, { folder, runs }, options);
  if (options.json) for (const one of view.rows) printJson(io.stdout, listEntry(one, view.columns));
  else for (const line of linesOf(io, view)) printLine(io.stdout, line);
  return 0;
}

function linesOf({ installDir }: CliIo, view: ListView): string[] {
  return [...listLines(view), ...(view.hasBaseline ? [explainedLine(installDir, 'difference')] : [])];
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
