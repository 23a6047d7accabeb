import * as vscode from 'vscode';
import { type Completion, completionsAt } from '../../domain/experiment/completions';
import { translate } from '../window';

/** Keys of an experiment that are not there yet, and the values that a key takes. */
export function experimentCompletions(
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.CompletionItem[] {
  return completionsAt(document.getText(), document.offsetAt(position)).map(itemOf);
}

function itemOf({ kind, label, text, doc, rank }: Completion): vscode.CompletionItem {
  const { Property, Value } = vscode.CompletionItemKind;
  const item = new vscode.CompletionItem(label, kind === 'key' ? Property : Value);
  item.insertText = text;
  item.documentation = new vscode.MarkdownString().appendText(translate(doc));
  item.sortText = `${rank} ${label}`;
  // What follows the colon is a choice again.
  if (kind === 'key') item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}
