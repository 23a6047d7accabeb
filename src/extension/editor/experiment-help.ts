import * as vscode from 'vscode';
import { type Completion, completionsAt, type KeyTable } from '../../domain/experiment/completions';
import { inlayHints } from '../../domain/experiment/editor-hints';
import { SWEEP_TABLE } from '../../domain/sweep/sweep-keys';
import { TARGET_TABLE } from '../../domain/targets/target-table';
import { translate } from '../window';
import { planOf, unlessCancelled } from './editor-plan';
import { isSweepFile, isTargetsFile } from './experiment-files';
import { scheduleHover } from './hover';

/** What the editor needs for a config: one part of the extension, loaded when the first is open. */
export const experimentHelp = {
  completions: experimentCompletions,
  hover: scheduleHover,
  hints: scheduleHints,
  plan: planOf,
} as const;

/** Keys that an experiment does not have yet, and the values that a key takes. */
function experimentCompletions(
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.CompletionItem[] {
  return completionsAt(document.getText(), document.offsetAt(position), tableOf(document)).map(itemOf);
}

function tableOf(document: vscode.TextDocument): KeyTable | undefined {
  if (isSweepFile(document)) return SWEEP_TABLE;
  return isTargetsFile(document) ? TARGET_TABLE : undefined;
}

function itemOf({ kind, label, text, doc, rank }: Completion): vscode.CompletionItem {
  const { Property, Value } = vscode.CompletionItemKind;
  const item = new vscode.CompletionItem(label, kind === 'key' ? Property : Value);
  item.insertText = text;
  item.documentation = new vscode.MarkdownString().appendText(translate(doc));
  item.sortText = `${rank} ${label}`;
  // The value after the colon is another choice.
  if (kind === 'key') item.command = { command: 'editor.action.triggerSuggest', title: '' };
  return item;
}

/** What numbers of a config mean: `warmup_epochs: 5` is 3,125 steps, 5.0 %. */
async function scheduleHints(
  document: vscode.TextDocument,
  range: vscode.Range,
  token: vscode.CancellationToken,
): Promise<vscode.InlayHint[]> {
  const plan = await unlessCancelled(planOf(document), token);
  if (!plan) return [];
  const { draft: experiment } = plan.parsed;
  const hints = inlayHints(
    document.getText(),
    { experiment, schedule: plan.schedule, counts: plan.counts },
    translate,
  );
  return hints
    .map((hint) => hintOf(document.positionAt(hint.range.end), hint.text))
    .filter((hint) => range.contains(hint.position));
}

function hintOf(position: vscode.Position, text: string): vscode.InlayHint {
  const hint = new vscode.InlayHint(position, text);
  hint.paddingLeft = true;
  return hint;
}
