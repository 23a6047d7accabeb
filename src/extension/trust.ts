import * as vscode from 'vscode';
import { showWarningMessage } from './notices';

/**
 * Everything that starts a process passes here, whatever menu or key started it. A run folder or config from another
 * person may name programs to run.
 */
export async function requireTrust(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const choice = await showWarningMessage(
    vscode.l10n.t('Pitwall starts nothing in a workspace that is not trusted. Runs can be viewed.'),
    manage,
  );
  if (choice === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
