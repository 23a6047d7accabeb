import path from 'node:path';
import * as vscode from 'vscode';
import { type WrittenExample, writeExample } from '../../dataset/example/write-example';
import { isExperimentFile, isUltralyticsFile } from '../editor/experiment-files';
import { showInformationMessage, showQuickPick } from '../notices';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { withCancel } from '../window';

const MOST_FILES = 200;

/** The chosen config: named, active, the only one, the one picked, or the example if there is none. */
export async function pickExperiment(
  services: Services,
  uri: vscode.Uri | undefined,
): Promise<vscode.Uri | undefined> {
  if (uri) return uri;
  const active = vscode.window.activeTextEditor?.document;
  if (active && (isExperimentFile(active) || isUltralyticsFile(active))) return active.uri;
  const exclude = '**/{node_modules,.git,runs}/**';
  const found = await vscode.workspace.findFiles('**/*.train.{yaml,yml}', exclude, MOST_FILES);
  if (found.length === 1) return found[0];
  return found.length === 0 ? offerExample(services) : pick(found);
}

async function pick(found: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  const items = found.map((uri) => ({
    label: path.basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(path.dirname(uri.fsPath)),
    uri,
  }));
  const title = vscode.l10n.t('Which experiment should be trained?');
  return (await showQuickPick(items, { title, matchOnDescription: true }))?.uri;
}

async function offerExample(services: Services): Promise<vscode.Uri | undefined> {
  const create = vscode.l10n.t('Create the Example');
  const message = vscode.l10n.t(
    'No experiment (*.train.yaml) is in this workspace. Create the example, a small defect detector that trains in a minute?',
  );
  const choice = await showInformationMessage(message, { modal: true }, create);
  return choice === create ? newExample(services) : undefined;
}

const FOLDER = 'pitwall-demo';

/** Writes the example experiment into the workspace and opens its config; existing images are kept. */
export async function newExample(services: Services): Promise<vscode.Uri | undefined> {
  if (!(await requireTrust())) return undefined;
  const folder = await chooseFolder();
  if (!folder) return undefined;
  const example = await drawExample(folder.fsPath);
  if (!example) return undefined;
  services.log.info(`example written to ${example.dir}, ${example.drawn} images drawn`);
  const uri = vscode.Uri.file(example.config);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  return uri;
}

/** Undefined if the person cancels it; what was drawn stays, and the next time it goes on from there. */
async function drawExample(folder: string): Promise<WrittenExample | undefined> {
  let stopped: AbortSignal | undefined;
  try {
    return await withCancel(vscode.l10n.t('Drawing the example images'), (report, signal) => {
      stopped = signal;
      let last = 0;
      const onProgress = (done: number, total: number): void => {
        const share = (100 * done) / total;
        report(`${done}/${total}`, share - last);
        last = share;
      };
      return writeExample(folder, { onProgress, signal });
    });
  } catch (error) {
    if (stopped?.aborted) return undefined;
    throw error;
  }
}

async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (workspace) return vscode.Uri.joinPath(workspace, FOLDER);
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: vscode.l10n.t('Create the Example Here'),
    })) ?? [];
  return chosen && vscode.Uri.joinPath(chosen, FOLDER);
}
