import * as vscode from 'vscode';
import { FINAL_STATES } from '../run/state-names';
import type { Services } from './services';

/** pitwall.hasRuns and pitwall.running, for menus and welcome views. */
export function followContextKeys({ runs }: Services): vscode.Disposable {
  const update = (): void => {
    const shown = runs.runs.filter((run) => !run.meta.archived);
    const isRunning = shown.some((run) => !FINAL_STATES.has(run.presence.state));
    void vscode.commands.executeCommand('setContext', 'pitwall.hasRuns', shown.length > 0);
    void vscode.commands.executeCommand('setContext', 'pitwall.running', isRunning);
  };
  update();
  return runs.onDidChange(update);
}
