import path from 'node:path';
import * as vscode from 'vscode';
import { readRunBytes } from '../run/folder/read';
import { isOwnRun, signRun } from '../run/folder/signature';
import { type NamedByRun, namedByRun } from '../run/named-by-run';
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

/**
 * Everything that acts on a run passes here. The workspace must be trusted, and the run must be this user's own: for
 * another one they are shown what would be executed, and asked once.
 */
export async function mayAct(dir: string): Promise<boolean> {
  if (!(await requireTrust())) return false;
  if (await isOwnRun(dir)) return true;
  const trust = vscode.l10n.t('Trust This Run');
  const question = vscode.l10n.t(
    '{0} was not started by you, or was copied or moved since. Act on it all the same?',
    path.basename(dir),
  );
  const { run, bytes } = await readRunBytes(dir);
  const detail = detailOf(namedByRun(run));
  if ((await showWarningMessage(question, { modal: true, detail }, trust)) !== trust) return false;
  // What was shown, not what may be there by now.
  await signRun(dir, bytes);
  return true;
}

function detailOf({ program, python, model, folder, data }: NamedByRun): string {
  const lines = [
    program === undefined ? undefined : vscode.l10n.t('It runs: {0}', program),
    python === undefined ? undefined : vscode.l10n.t('Its interpreter: {0}', python),
    model === undefined ? undefined : vscode.l10n.t('Its model: {0}', model),
    data === undefined ? undefined : vscode.l10n.t('Its dataset: {0}', data),
    vscode.l10n.t('It works in: {0}', folder),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
