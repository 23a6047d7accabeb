import * as vscode from 'vscode';
import { inlayHints } from '../../domain/experiment/editor-hints';
import { translate } from '../window';
import { planOf, unlessCancelled } from './plan';

/** What numbers of a config come to: `warmup_epochs: 5` is 3,125 steps, 5.0 %. */
export async function scheduleHints(
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
