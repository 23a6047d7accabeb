import * as vscode from 'vscode';
import { MetricsView } from './pages/metrics-view';
import type { Services } from './services';
import { CheckpointsTree } from './trees/checkpoints-tree';
import { RunsTree } from './trees/runs-tree';
import { followTrouble } from './trees/trouble-badge';

/** The three views of the activity bar's container. */
export function registerViews(services: Services): vscode.Disposable[] {
  const runs = new RunsTree(services);
  const checkpoints = new CheckpointsTree(services);
  const runsView = vscode.window.createTreeView('pitwall.runs', {
    treeDataProvider: runs,
    canSelectMany: true,
  });
  return [
    runs,
    checkpoints,
    runsView,
    followTrouble(runsView, services),
    vscode.window.registerTreeDataProvider('pitwall.checkpoints', checkpoints),
    vscode.window.registerWebviewViewProvider('pitwall.metrics', new MetricsView(services)),
  ];
}
