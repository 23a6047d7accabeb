import * as vscode from 'vscode';
import { writeExample } from '../../dataset/example/write-example';
import type { Services } from '../services';
import { requireTrust } from '../trust';

const FOLDER = 'pitwall-demo';

/** Writes the example experiment into the workspace and opens its config; existing images are kept. */
export async function newExample(services: Services): Promise<vscode.Uri | undefined> {
  if (!(await requireTrust())) return undefined;
  const folder = await chooseFolder();
  if (!folder) return undefined;
  const example = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Drawing the example images') },
    (progress) => {
      let last = 0;
      return writeExample(folder.fsPath, {
        onProgress: (done, total) => {
          const share = (100 * done) / total;
          progress.report({ increment: share - last, message: `${done}/${total}` });
          last = share;
        },
      });
    },
  );
  services.log.info(`example written to ${example.dir}, ${example.drawn} images drawn`);
  const uri = vscode.Uri.file(example.config);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  return uri;
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
