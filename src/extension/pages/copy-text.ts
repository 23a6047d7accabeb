import * as vscode from 'vscode';
import { setStatusBarMessage } from '../notices';

/** `what`: for the line that says so. */
export async function copyText({ text, what }: { text: string; what: string }): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  setStatusBarMessage(vscode.l10n.t('Copied: {0}', what), 3000);
}
