import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ImageProcessOptions } from '../../engine/image-process';
import { runInWorker } from '../../engine/runs/worker-task';
import { stateLabel } from '../../protocol/dashboard/run-facts';
import { showInformationMessage, showQuickPicks } from '../notices';
import type { Services } from '../services';
import type { RunTarget } from './targets';

const MOST_RUNS = 20;

/** Several runs on one page: curves over each other, verdicts, what differs. The first is what the others are compared with. */
export async function openReport(services: Services, selected: readonly RunTarget[]): Promise<void> {
  const dirs = await chosenRuns(services, selected);
  if (dirs.length === 0) return;
  const nonce = randomBytes(16).toString('base64');
  const html = await reportOf(services, dirs, nonce);
  const title = vscode.l10n.t('Report of {0} runs', dirs.length);
  const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  const panel = vscode.window.createWebviewPanel('pitwall.report', title, column, { localResourceRoots: [] });
  panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'tab.svg');
  panel.webview.html = html;
}

/** The same as a file that opens in any browser, without network. */
export async function saveReport(services: Services, selected: readonly RunTarget[]): Promise<void> {
  const dirs = await chosenRuns(services, selected);
  if (dirs.length === 0) return;
  const defaultUri = vscode.Uri.file(path.join(path.dirname(path.dirname(dirs[0])), 'report.html'));
  const uri = await vscode.window.showSaveDialog({ defaultUri, filters: { HTML: ['html'] } });
  if (!uri) return;
  await vscode.workspace.fs.writeFile(uri, Buffer.from(await reportOf(services, dirs)));
  const open = vscode.l10n.t('Open');
  const message = vscode.l10n.t('{0} is written.', path.basename(uri.fsPath));
  if ((await showInformationMessage(message, open)) === open) await vscode.env.openExternal(uri);
}

/** In a thread: comparing several runs takes seconds. */
async function reportOf(services: Services, dirs: readonly string[], nonce?: string): Promise<string> {
  const asked = dirs.map((dir) => ({ text: path.basename(dir), dir, epoch: undefined }));
  const strings = { ...vscode.l10n.bundle } as Record<string, string>;
  const request = {
    asked,
    baseline: 0,
    version: services.version,
    strings,
    ...(nonce !== undefined && { nonce }),
    // Images are opened by a process, and one is only started in a folder that is trusted.
    ...(vscode.workspace.isTrusted && { reader: readerOf(services) }),
  };
  const options = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Comparing runs') };
  const html = await vscode.window.withProgress(options, () =>
    runInWorker(services.installDir, { kind: 'report', request }),
  );
  return String(html);
}

function readerOf(services: Services): ImageProcessOptions {
  const { installDir, nodePath } = services.host();
  return { installDir, ...(nodePath !== undefined && { nodePath }) };
}

/** Those that are selected in the tree, else those that are picked. */
async function chosenRuns(services: Services, selected: readonly RunTarget[]): Promise<readonly string[]> {
  if (selected.length > 0) return selected.map(({ dir }) => dir).slice(0, MOST_RUNS);
  const items = services.runs.runs
    .filter(({ meta }) => !meta.archived)
    .map((run) => ({
      label: run.meta.title ?? run.name,
      description: stateLabel(run.presence.state, services.t, run.run),
      picked: run.dir === services.runs.current?.dir,
      dir: run.dir,
    }));
  const title = vscode.l10n.t('Runs of the report; the others are compared with the first');
  const picked = await showQuickPicks(items, {
    title,
    matchOnDescription: true,
  });
  return (picked ?? []).map(({ dir }) => dir).slice(0, MOST_RUNS);
}
