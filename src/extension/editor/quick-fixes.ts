import * as vscode from 'vscode';
import type { SourceRange } from '../../base/problem';
import type { ExperimentDiagnostics } from './diagnostics';

/** The cure that a problem carries, as a quick fix. */
export class ProblemFixes implements vscode.CodeActionProvider {
  readonly #diagnostics: ExperimentDiagnostics;

  constructor(diagnostics: ExperimentDiagnostics) {
    this.#diagnostics = diagnostics;
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics.flatMap((diagnostic) => {
      const fix = this.#diagnostics.fixOf(document.uri, diagnostic);
      if (!fix) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, placeOf(document, fix.range) ?? diagnostic.range, fix.text);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      return [action];
    });
  }
}

/** A cure may belong elsewhere: advice about the warm-up can set another key. */
function placeOf(document: vscode.TextDocument, range: SourceRange | undefined): vscode.Range | undefined {
  return range && new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
}
