import path from 'node:path';
import * as vscode from 'vscode';
import { toJsonLine } from '../../base/json';
import { type ExportPlace, exportCsv, exportTensorBoard } from '../../engine/export-run/export-run';
import { runJson } from '../../engine/export-run/run-json';
import { writeWhole } from '../../run/folder/write-file';
import { showInformationMessage, showQuickPick } from '../notices';
import type { SharedRun } from '../run/open-runs';
import type { Services } from '../services';
import { saveReport } from './report';
import { pickRun, type RunTarget } from './targets';

type ExportFormat = 'csv' | 'tensorboard' | 'json' | 'html';

/** A run for other programs and other people, into a file or a folder that the person chooses. */
export async function exportRun(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, () => true, vscode.l10n.t('Export'));
  const format = dir === undefined ? undefined : await askFormat(dir);
  if (dir === undefined || format === undefined) return;
  if (format === 'html') return saveReport(services, [{ dir }]);
  const folder = await askFolder(dir);
  if (!folder) return;
  const run = await services.runs.acquire(dir);
  try {
    const files = await write(run, format, { folder: folder.fsPath, root: folder.fsPath });
    await announce(folder, files);
  } finally {
    run.release();
  }
}

async function askFormat(dir: string): Promise<ExportFormat | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly format: ExportFormat })[] = [
    {
      label: 'CSV',
      detail: vscode.l10n.t('steps.csv and epochs.csv: every value as it was logged'),
      format: 'csv',
    },
    { label: 'TensorBoard', detail: vscode.l10n.t('An event file'), format: 'tensorboard' },
    {
      label: 'JSON',
      detail: vscode.l10n.t('State, validations and alarms, for other programs'),
      format: 'json',
    },
    {
      label: 'HTML',
      detail: vscode.l10n.t('One page to show others, which opens without network'),
      format: 'html',
    },
  ];
  const title = vscode.l10n.t('Export {0} as', path.basename(dir));
  return (await showQuickPick(items, { title }))?.format;
}

async function askFolder(dir: string): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: vscode.Uri.file(path.dirname(path.dirname(dir))),
    openLabel: vscode.l10n.t('Export Here'),
    title: vscode.l10n.t('Folder for the exported files'),
  });
  return chosen?.[0];
}

async function write(run: SharedRun, format: ExportFormat, place: ExportPlace): Promise<readonly string[]> {
  const { state, presence } = run.live;
  if (format === 'csv') return exportCsv(state, place);
  if (format === 'tensorboard') return [await exportTensorBoard(state, place)];
  const file = path.join(place.folder, `${path.basename(run.dir)}.json`);
  await writeWhole(file, toJsonLine(runJson({ state, presence, dir: run.dir })));
  return [file];
}

async function announce(folder: vscode.Uri, files: readonly string[]): Promise<void> {
  const show = vscode.l10n.t('Reveal');
  const names = files.map((file) => path.basename(file)).join(', ');
  const choice = await showInformationMessage(vscode.l10n.t('{0} is written.', names), show);
  if (choice === show)
    await vscode.commands.executeCommand(
      'revealFileInOS',
      vscode.Uri.joinPath(folder, path.basename(files[0])),
    );
}
