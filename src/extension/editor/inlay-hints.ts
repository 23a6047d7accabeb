import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { formatCount, formatPercent, formatRate } from '../../domain/view/format';
import { setting } from '../window';
import { type Plan, planOf } from './plan';

/** What numbers of a config come to: `warmup_epochs: 5` is 3,125 steps, 5.0 %. */
export class ScheduleHints implements vscode.InlayHintsProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.track(new vscode.EventEmitter<void>());
  readonly onDidChangeInlayHints = this.#changed.event;

  constructor() {
    this.#store.track(vscode.workspace.onDidChangeConfiguration(() => this.#changed.fire()));
  }

  async provideInlayHints(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
    if (!setting('inlayHints.enabled', true)) return [];
    const plan = await planOf(document);
    if (!plan) return [];
    const lines = Array.from(
      { length: range.end.line - range.start.line + 1 },
      (_, i) => range.start.line + i,
    );
    return lines
      .filter((line) => line < document.lineCount)
      .flatMap((line) => hintOf(document.lineAt(line), plan));
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const HINTS: Readonly<Record<string, (plan: Plan) => string>> = {
  warmup_epochs: ({ schedule: { warmupSteps, steps } }) =>
    vscode.l10n.t(
      '{0} steps, {1}',
      formatCount(warmupSteps),
      formatPercent(warmupSteps / Math.max(1, steps), 1),
    ),
  epochs: ({ schedule }) => vscode.l10n.t('{0} steps', formatCount(schedule.steps)),
  batch: ({ schedule }) => vscode.l10n.t('{0} steps per epoch', formatCount(schedule.stepsPerEpoch)),
  lrf: ({ schedule }) =>
    vscode.l10n.t('ends at {0}', formatRate(schedule.lrAt(Math.max(0, schedule.steps - 1), 0))),
};

function hintOf(line: vscode.TextLine, plan: Plan): vscode.InlayHint[] {
  const match = /^([a-z_]+)\s*:\s*([^#\s][^#]*)/.exec(line.text);
  const text = match && HINTS[match[1]]?.(plan);
  if (!match || !text) return [];
  const hint = new vscode.InlayHint(new vscode.Position(line.lineNumber, match[0].trimEnd().length), text);
  hint.paddingLeft = true;
  return [hint];
}
