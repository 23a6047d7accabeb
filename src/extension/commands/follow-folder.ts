import path from 'node:path';
import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { followFolder } from '../../engine/control/follow-folder';
import type { Services } from '../services';
import { requireTrust } from '../trust';

/** Attaches to a training that was started elsewhere; its folder is only read. Opens its dashboard. */
export async function followFolderCommand(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  if (!(await requireTrust())) return;
  const folder = uri ?? (await pickFolder());
  if (!folder) return;
  const home = homeOf(folder);
  const runsDir = path.join(home, 'runs');
  try {
    const { dir } = await followFolder({
      ...services.host(),
      follows: { folder: folder.fsPath, reads: 'auto', metrics: {} },
      runsDir,
      cwd: home,
      pitwallVersion: services.version,
    });
    await (await services.runs.addFolder(runsDir)).refresh();
    services.runs.choose(dir);
    await services.dashboards.open({ kind: 'run', dir });
  } catch (error) {
    const { message } = toError(error);
    throw new Error(vscode.l10n.t('The folder could not be followed: {0}', message), { cause: error });
  }
}

/** Runs go to the workspace; without one beside the folder, which itself is never written to. */
function homeOf(folder: vscode.Uri): string {
  const own = vscode.workspace.getWorkspaceFolder(folder);
  const all = [...(own ? [own] : []), ...(vscode.workspace.workspaceFolders ?? [])];
  const isOutside = (home: string): boolean => path.relative(folder.fsPath, home).startsWith('..');
  return all.map(({ uri }) => uri.fsPath).find(isOutside) ?? path.dirname(folder.fsPath);
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Follow the Training in a Folder'),
      openLabel: vscode.l10n.t('Follow'),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  return chosen;
}
