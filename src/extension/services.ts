import path from 'node:path';
import * as vscode from 'vscode';
import { version } from '../../package.json';
import { toError } from '../base/async';
import { DisposableStore } from '../base/disposable';
import { wordsOf } from '../base/worded-error';
import { say } from '../base/words';
import type { HostOptions } from '../engine/control/ensure-keeper';
import { EDITOR_VARIABLE, LOCALE_VARIABLE } from '../engine/notify/variables';
import type { BaseServices } from './base-services';
import { showErrorMessage } from './notices';
import { Dashboards } from './pages/dashboards';
import { Reports } from './pages/reports';
import { RunsTablePanel } from './pages/runs-table-panel';
import { createLoader } from './part-loader';
import { RunRegistry } from './run/registry';
import { setting, translate } from './window';

/** What every part of the extension shares; passed explicitly. */
export type Services = BaseServices &
  vscode.Disposable & {
    readonly dashboards: Dashboards;
    readonly runsTable: RunsTablePanel;
    readonly reports: Reports;
  };

export function createServices(context: vscode.ExtensionContext): Services {
  const store = new DisposableStore();
  const log = store.track(vscode.window.createOutputChannel('Pitwall', { log: true }));
  const showError = createErrorDisplay(log);
  const load = createLoader(translate, showError);
  const installDir = path.join(context.extensionUri.fsPath, 'dist');
  const runs = store.track(
    new RunRegistry({ log, showError, load, installDir, memory: context.workspaceState }),
  );
  const reports = store.track(new Reports());
  const services: Services = {
    context,
    version,
    t: translate,
    log,
    runs,
    reports,
    installDir,
    host: () => hostOptions(installDir),
    showError,
    load,
    track: (item) => store.track(item),
    dispose: () => store.dispose(),
    get dashboards() {
      return dashboards;
    },
    get runsTable() {
      return runsTable;
    },
  };
  const dashboards = store.track(new Dashboards(services));
  const runsTable = store.track(new RunsTablePanel(services));
  return services;
}

/** What starts a program takes it from here. Throws for a setting that names none; what only shows runs does not ask. */
function hostOptions(installDir: string): HostOptions {
  const node = setting('node', '');
  const keeperEnv = notifyEnvironment();
  if (node === '') return { installDir, keeperEnv };
  // A relative one would be a program of the folder that is open.
  if (path.isAbsolute(node)) return { installDir, keeperEnv, nodePath: node };
  throw new Error(vscode.l10n.t('The setting pitwall.node is not a full path: {0}', node));
}

/** The user's own setting alone: a workspace, which may be a stranger's, does not decide who receives messages. */
function notifyEnvironment(): Readonly<Record<string, string>> {
  const inspected = vscode.workspace.getConfiguration('pitwall').inspect<object>('notify');
  const value = inspected?.globalValue;
  return {
    [LOCALE_VARIABLE]: vscode.env.language,
    ...(value !== undefined && { [EDITOR_VARIABLE]: JSON.stringify(value) }),
  };
}

/** One line for the person, the whole chain of causes for the log; an error that occurs twice is shown once. */
function createErrorDisplay(log: vscode.LogOutputChannel): (reason: unknown) => void {
  const shown = new WeakSet<Error>();
  return (reason) => {
    const error = toError(reason);
    if (!shown.has(error)) showError(log, error);
    shown.add(error);
  };
}

function showError(log: vscode.LogOutputChannel, error: Error): void {
  log.error(error.stack ?? error.message);
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    log.error(`caused by: ${cause.stack ?? cause.message}`);
  }
  const details = vscode.l10n.t('Show Log');
  void showErrorMessage(say(wordsOf(error), translate), details).then((choice) => {
    if (choice === details) log.show();
  });
}
