import * as vscode from 'vscode';
import { once } from '../base/async';
import type { CommandId } from './commands/manifest';
import { registerDoors } from './doors';
import { registerEditorFeatures } from './editor/register';
import { DashboardSerializer } from './pages/dashboards';
import { notifyAlerts } from './run/notify-alerts';
import { createServices, type Services } from './services';
import { StatusBar } from './status-bar';
import { followContextKeys, registerViews } from './views';

/**
 * Registers what the editor may call; reads no run and starts no process. The workspace is searched afterwards, and
 * what does the work is loaded when it is called: everything in this file delays the start of the editor.
 */
export function activate(context: vscode.ExtensionContext): void {
  const services = createServices(context);
  context.subscriptions.push(
    services,
    ...registerCommands(services),
    ...registerEditorFeatures(services),
    ...registerViews(services),
    ...registerDoors(services),
    vscode.window.registerWebviewPanelSerializer(
      'pitwall.dashboard',
      new DashboardSerializer(services, services.dashboards),
    ),
    vscode.window.registerWebviewPanelSerializer('pitwall.runsTable', services.runsTable),
    new StatusBar(services),
    followContextKeys(services),
    notifyAlerts(services),
  );
  services.runs.discover().catch(services.showError);
}

type Manifest = { readonly contributes: { readonly commands: readonly { readonly command: CommandId }[] } };

/** The manifest lists them: it is written from the table that `CommandId` is of. */
function registerCommands(services: Services): vscode.Disposable[] {
  const { contributes }: Manifest = services.context.extension.packageJSON;
  const table = once(async () => {
    // What most of them need, so that the first command of a window costs two short turns and not a long one.
    await services.runs.views();
    const { commandTable } = await services.load(() => import('./commands/table'));
    return commandTable(services);
  });
  return contributes.commands.map(({ command }) =>
    vscode.commands.registerCommand(command, async (...args: unknown[]) => {
      try {
        return await (await table())[command](...args);
      } catch (error) {
        services.showError(error);
        return undefined;
      }
    }),
  );
}
