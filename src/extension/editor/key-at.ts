import * as vscode from 'vscode';

export type KeyAt = { readonly key: string; readonly range: vscode.Range };

/** The experiment key on the line of a position: `lr0: 0.01` gives lr0, a nested line its dotted name. */
export function keyAt(document: vscode.TextDocument, position: vscode.Position): KeyAt | undefined {
  const line = document.lineAt(position.line).text;
  const match = /^(\s*)([A-Za-z_][\w]*)\s*:/.exec(line);
  if (!match || position.character < match[1].length) return undefined;
  const comment = line.indexOf(' #');
  if (comment >= 0 && position.character > comment) return undefined;
  const parent = match[1].length > 0 ? parentOf(document, position.line) : undefined;
  const start = match[1].length;
  const range = new vscode.Range(position.line, start, position.line, start + match[2].length);
  return { key: parent === undefined ? match[2] : `${parent}.${match[2]}`, range };
}

function parentOf(document: vscode.TextDocument, line: number): string | undefined {
  for (let i = line - 1; i >= 0; i--) {
    const top = /^([A-Za-z_]\w*)\s*:/.exec(document.lineAt(i).text);
    if (top) return top[1];
  }
  return undefined;
}
