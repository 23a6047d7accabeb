import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { inlayHints } from '../../domain/experiment/editor-hints';
import { setting, translate } from '../window';
import { isTrainingConfig } from './experiment-files';
import { planOf, unlessCancelled } from './plan';

/** What numbers of a config come to: `warmup_epochs: 5` is 3,125 steps, 5.0 %. */
export class ScheduleHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.track(new vscode.EventEmitter<void>());
  readonly onDidChangeInlayHints = this.#changed.event;

  constructor() {
    this.#store.track(vscode.workspace.onDidChangeConfiguration(() => this.#changed.fire()));
  }

  async provideInlayHints(
    document: vscode.TextDocument,
    range: vscode.Range,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlayHint[]> {
    if (!setting('inlayHints.enabled', true) || !isTrainingConfig(document)) return [];
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

  dispose(): void {
    this.#store.dispose();
  }
}

function hintOf(position: vscode.Position, text: string): vscode.InlayHint {
  const hint = new vscode.InlayHint(position, text);
  hint.paddingLeft = true;
  return hint;
}
