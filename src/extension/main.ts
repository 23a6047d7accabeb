import * as vscode from 'vscode';
import { commandTable } from './commands/table';
import { followContextKeys } from './context-keys';
import { registerEditorFeatures } from './editor/register';
import { DashboardSerializer } from './pages/dashboards';
import { notifyAlerts } from './run/notify-alerts';
import { createServices, type Services } from './services';
import { StatusBar } from './status-bar';
import { registerViews } from './views';

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
