import * as vscode from 'vscode';
import type { ChartId } from '../../protocol/dashboard/types';
import { chartCsv } from '../../protocol/export-run';
import type { ChartPicture } from '../../protocol/webview';
import type { RunState } from '../../run/state';
import { setStatusBarMessage, showInformationMessage, showQuickPick } from '../notices';

type ChartWish = { readonly chart: ChartId; readonly what: string };

/** More than this no program takes from a clipboard with joy; a file does. */
const MOST_CLIPBOARD_CHARACTERS = 32 * 2 ** 20;

/** What was logged of a chart, into the clipboard; of a very long run into a file instead. */
export async function copyChart(runs: readonly RunState[], { chart, what }: ChartWish): Promise<void> {
  const text = csvOf(runs, chart);
  if (text.length > MOST_CLIPBOARD_CHARACTERS) return saveText(`${chart}.csv`, text);
  await vscode.env.clipboard.writeText(text);
  setStatusBarMessage(vscode.l10n.t('Copied: {0}', what), 3000);
}

/** Asks for a format. A table is written here; a picture is drawn by the page. */
export async function saveChart(
  runs: readonly RunState[],
  { chart, what }: ChartWish,
): Promise<ChartPicture | undefined> {
  const items = [
    { label: 'CSV', detail: vscode.l10n.t('All values as they were logged'), format: 'csv' as const },
    { label: 'PNG', detail: vscode.l10n.t('The picture as it is shown'), format: 'png' as const },
    {
      label: 'SVG',
      detail: vscode.l10n.t('The picture as it is shown, at any size'),
      format: 'svg' as const,
    },
  ];
  const choice = await showQuickPick(items, { title: vscode.l10n.t('Save {0} as', what) });
  if (choice?.format === 'csv') await saveText(`${chart}.csv`, csvOf(runs, chart));
  return choice && choice.format !== 'csv' ? choice.format : undefined;
}

export async function savePicture({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<void> {
  await save(name, bytes);
}

const saveText = (name: string, text: string): Promise<void> => save(name, Buffer.from(text));

async function save(name: string, bytes: Uint8Array): Promise<void> {
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_');
  const ending = plain.split('.').at(-1) ?? '';
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, plain) }),
    filters: { [ending.toUpperCase()]: [ending] },
  });
  if (!uri) return;
  await vscode.workspace.fs.writeFile(uri, bytes);
  void showInformationMessage(vscode.l10n.t('{0} is written.', uri.path.split('/').at(-1) ?? plain));
}

/** Two runs that are compared are two tables, each under a line with its name. */
function csvOf(runs: readonly RunState[], chart: ChartId): string {
  const tables = runs.map((state) => [...chartCsv(state, chart)].join(''));
  if (tables.length === 1) return tables[0];
  return runs.map((state, i) => `# ${state.run?.name ?? ''}\n${tables[i]}`).join('\n');
}
