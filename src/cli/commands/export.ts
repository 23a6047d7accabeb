import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { isBadInput } from '../../base/bad-input';
import { type ExportPlace, exportCsv, exportTensorBoard } from '../../engine/export-run/export-run';
import { viewRun } from '../../engine/runs/view-run';
import { makeFolder } from '../../run/folder/make-folder';
import type { RunState } from '../../run/state';
import type { Cli } from '../cli';
import { badInput, type ExitCode, fileFailure } from '../failure';
import { type CliIo, printLine } from '../io';
import { resolveWholeRun } from '../run-reference';

type ExportOptions = { readonly tensorboard?: true; readonly csv?: true; readonly out?: string };

export function exportCommand({ io, run }: Cli) {
  return new Command('export')
    .description('write a run as TensorBoard event files or CSV')
    .argument('<run>', 'folder, name under runs/, or latest')
    .option('--tensorboard', 'an event file that TensorBoard opens')
    .option('--csv', 'steps.csv and epochs.csv')
    .option('--out <dir>', 'folder to write to; without it exports/NAME in the current folder')
    .action(run((name, options) => exportRun(io, name, options)));
}

async function exportRun(io: CliIo, name: string, options: ExportOptions): Promise<ExitCode> {
  if (!options.tensorboard && !options.csv)
    throw badInput('pitwall export: say --tensorboard, --csv or both');
  const dir = resolveWholeRun(io, name);
  const folder = path.resolve(io.cwd, options.out ?? path.join('exports', path.basename(dir)));
  const place = { folder, root: await rootOf(io, folder, options) };
  const live = await viewRun(dir);
  try {
    for (const file of await write(live.state, place, options)) printLine(io.stdout, file);
  } catch (error) {
    const why = isBadInput(error)
      ? toError(error).message
      : `${folder}: ${fileFailure(toError(error).cause ?? error)}`;
    throw badInput(why, error);
  }
  return 0;
}

/** A folder that a person named may be a link; `exports` in a folder that another user made may not. */
async function rootOf({ cwd }: CliIo, folder: string, { out }: ExportOptions): Promise<string> {
  if (out === undefined) return cwd;
  await makeFolder(folder);
  return folder;
}

async function write(
  state: RunState,
  place: ExportPlace,
  options: ExportOptions,
): Promise<readonly string[]> {
  const events = options.tensorboard ? [await exportTensorBoard(state, place)] : [];
  return options.csv ? [...events, ...(await exportCsv(state, place))] : events;
}
