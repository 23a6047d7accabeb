import * as vscode from 'vscode';
import { STATISTICS_PAGE, TOPICS } from '../../domain/display/statistics-page';

/** Opens the page on what the numbers mean, at a paragraph if one is named. */
export async function explainNumbers(extension: vscode.Uri, asked: unknown): Promise<void> {
  const fragment = TOPICS.find((topic) => topic === asked) ?? '';
  const page = vscode.Uri.joinPath(extension, ...STATISTICS_PAGE.split('/')).with({ fragment });
  await vscode.commands.executeCommand('markdown.showPreview', page);
}
