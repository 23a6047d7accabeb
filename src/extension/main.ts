import * as vscode from 'vscode';
import { commandTable } from './commands/table';
import { followContextKeys } from './context-keys';
import { registerEditorFeatures } from './editor/register';
import { DashboardSerializer } from './pages/dashboards';
import { MetricsView } from './pages/metrics-view';
import { notifyAlerts } from './run/notify-alerts';
import { createServices, type Services } from './services';
import { StatusBar } from './status-bar';
import { CheckpointsTree } from './trees/checkpoints-tree';
import { RunsTree } from './trees/runs-tree';

/** Wires the parts; reads no run and starts no process. What a workspace holds is looked for afterwards. */
export function activate(context: vscode.ExtensionContext): void {
  const services = createServices(context);
  context.subscriptions.push(
    services,
    ...registerCommands(services),
    ...registerEditorFeatures(services),
    ...registerViews(services),
    vscode.window.registerWebviewPanelSerializer(
      'pitwall.dashboard',
      new DashboardSerializer(services, services.dashboards),
    ),
    new StatusBar(services),
    followContextKeys(services),
    notifyAlerts(services),
  );
  void services.runs.discover();
}

function registerCommands(services: Services): vscode.Disposable[] {
  return Object.entries(commandTable(services)).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await run(...args);
      } catch (error) {
        services.showError(error);
        return undefined;
      }
    }),
  );
}

function registerViews(services: Services): vscode.Disposable[] {
  const runs = new RunsTree(services);
  const checkpoints = new CheckpointsTree(services);
  return [
    runs,
    checkpoints,
    vscode.window.registerTreeDataProvider('pitwall.runs', runs),
    vscode.window.registerTreeDataProvider('pitwall.checkpoints', checkpoints),
    vscode.window.registerWebviewViewProvider('pitwall.metrics', new MetricsView(services)),
  ];
}
