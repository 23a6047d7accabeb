import path from 'node:path';
import * as vscode from 'vscode';
import { formatProblem, type Problem, translateProblem } from '../../base/problem';
import { showErrorMessage } from '../notices';
import { translate } from '../window';

/** What `save` answers is not it: false as well if auto save was faster. */
export async function isSaved(document: vscode.TextDocument): Promise<boolean> {
  if (document.isDirty) await document.save();
  if (!document.isDirty) return true;
  const name = path.basename(document.fileName);
  void showErrorMessage(vscode.l10n.t('{0} could not be saved, so nothing was started.', name));
  return false;
}

/** A problem as one line in the reader's language. */
export const lineOf = (problem: Problem): string => formatProblem(translateProblem(problem, translate));

/** One line that says why, and a button that goes to the place. */
export async function refuse(
  document: vscode.TextDocument,
  message: string,
  offset: number | undefined,
): Promise<void> {
  const show = vscode.l10n.t('Show');
  const choice = await showErrorMessage(message, show);
  if (choice !== show) return;
  const position = document.positionAt(offset ?? 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(position, position) });
}

/** Why no Python will do, and a button that makes one. */
export async function offerPython(message: string): Promise<undefined> {
  const setUp = vscode.l10n.t('Set Up Python Environment');
  if ((await showErrorMessage(message, setUp)) === setUp)
    await vscode.commands.executeCommand('pitwall.setUpPython');
  return undefined;
}
