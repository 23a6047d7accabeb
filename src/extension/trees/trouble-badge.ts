import * as vscode from 'vscode';
import { FINAL_STATES } from '../../run/state-names';
import type { Services } from '../services';

/** A number on the activity bar while runs that go on have trouble, seen wherever in the editor one is. */
export function followTrouble(view: vscode.TreeView<unknown>, { runs }: Services): vscode.Disposable {
  const update = (): void => {
    const troubles = runs.runs.flatMap(({ presence, status, name }) => {
      const text = status?.validatorProblem ?? (status?.stalled ? vscode.l10n.t('Stalled') : undefined);
      return text === undefined || FINAL_STATES.has(presence.state) ? [] : [`${name}: ${text}`];
    });
    view.badge = troubles.length === 0 ? undefined : { value: troubles.length, tooltip: troubles.join('\n') };
  };
  update();
  return runs.onDidChange(update);
}
