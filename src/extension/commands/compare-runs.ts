import * as vscode from 'vscode';
import type { Services } from '../services';
import { pickRun, type RunTarget } from './targets';

/** Two runs in one dashboard: the two that are selected in the tree, else the first named or picked, the second picked. */
export async function compareRuns(
  services: Services,
  target: RunTarget | undefined,
  selected: readonly RunTarget[] = [],
): Promise<void> {
  const [first, second, ...others] = selected;
  if (first && second && others.length === 0) {
    await services.dashboards.open({ kind: 'compare', dir: first.dir, with: second.dir });
    return;
  }
  const dir = await pickRun(services, target, () => true, vscode.l10n.t('Compare which run?'));
  if (dir === undefined) return;
  const candidates = services.runs.runs.filter((run) => run.dir !== dir && !run.meta.archived);
  if (candidates.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no second run to compare with.'));
    return;
  }
  const items = candidates.map((run) => ({ label: run.meta.title ?? run.name, dir: run.dir }));
  const title = vscode.l10n.t('Compare with which run?');
  const other = await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true });
  if (other) await services.dashboards.open({ kind: 'compare', dir, with: other.dir });
}
