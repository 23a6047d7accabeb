import path from 'node:path';
import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import { formatMetric } from '../../domain/display/format';
import type { RunSummary } from '../../engine/runs/list-runs';
import { FINAL_STATES } from '../../run/state-names';

/** A sweep: one entry, with its trials inside. */
export type SweepItem = { readonly sweep: string; readonly trials: readonly RunSummary[] };

/** A sweep in the list of runs: how many trials, and the best of them. */
export function sweepItem({ sweep, trials }: SweepItem): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(path.basename(sweep)), vscode.TreeItemCollapsibleState.Collapsed);
  const isLive = trials.some(({ presence }) => !FINAL_STATES.has(presence.state));
  const best = trials
    .flatMap(({ name, status }) => {
      const map = status?.progress?.best?.map;
      return map === undefined || !Number.isFinite(map) ? [] : [{ name, map }];
    })
    .sort((a, b) => b.map - a.map)[0];
  item.id = sweep;
  item.iconPath = new vscode.ThemeIcon(isLive ? 'sync~spin' : 'layers');
  item.contextValue = 'sweep';
  const count = trials.length === 1 ? vscode.l10n.t('1 trial') : vscode.l10n.t('{0} trials', trials.length);
  const leader =
    best && vscode.l10n.t('best {0} ({1})', formatMetric(best.map).replace(/^0/, ''), visible(best.name));
  item.description = [count, leader].filter((part) => part !== undefined).join('  ');
  item.tooltip = sweep;
  item.command = { command: 'pitwall.openSweep', title: '', arguments: [{ sweep }] };
  return item;
}
