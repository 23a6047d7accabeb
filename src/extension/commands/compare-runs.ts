import * as vscode from 'vscode';
import type { Services } from '../services';
import { pickRun, type RunTarget } from './targets';

/** Two runs in one dashboard: the first named or picked, the second picked. */
export async function compareRuns(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, () => true, vscode.l10n.t('Compare which run?'));
  if (dir === undefined) return;
  const others = services.runs.runs.filter((run) => run.dir !== dir && !run.meta.archived);
  if (others.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no second run to compare with.'));
    return;
  }
  const items = others.map((run) => ({ label: run.meta.title ?? run.name, dir: run.dir }));
  const title = vscode.l10n.t('Compare with which run?');
  const other = await vscode.window.showQuickPick(items, { title });
  if (other) await services.dashboards.open({ kind: 'compare', dir, with: other.dir });
}
