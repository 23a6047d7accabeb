import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { alertText } from '../../protocol/alert-text';
import type { RunEntry } from '../../run/state';
import { showWarningMessage } from '../notices';
import type { Services } from '../services';
import { setting, translate } from '../window';

/** Alerts older than this were already shown. */
const FRESH_MS = 60_000;

/** Trouble of the current run as a notification: one at a time, never the same twice, and easy to switch off. */
export function notifyAlerts(services: Services): vscode.Disposable {
  const store = new DisposableStore();
  const told = new Set<string>();
  let following: vscode.Disposable | undefined;
  let isShowing = false;
  const hear = async (entry: RunEntry): Promise<void> => {
    const message = messageOf(entry);
    if (
      message === undefined ||
      told.has(message) ||
      isShowing ||
      !setting<boolean>('notifications.enabled', true)
    )
      return;
    told.add(message);
    isShowing = true;
    await show(services, message).finally(() => {
      isShowing = false;
    });
  };
  const follow = (): void => {
    following?.dispose();
    const live = services.runs.current?.live;
    following = live?.onDidAppend((entries) => {
      // A range test is meant to blow the loss up; its own page shows the step.
      if (live.state.run?.experiment.resolved.schedule?.lr_range) return;
      for (const entry of entries) void hear(entry);
    });
  };
  follow();
  store.track(services.runs.onDidChangeCurrent(follow));
  store.track({ dispose: () => following?.dispose() });
  return store;
}

function messageOf(entry: RunEntry): string | undefined {
  if (entry.source !== 'keeper' || entry.value.type !== 'alert') return undefined;
  const { severity, t } = entry.value;
  return severity !== 'info' && Date.now() - t < FRESH_MS ? alertText(entry.value, translate) : undefined;
}

async function show(services: Services, message: string): Promise<void> {
  const dashboard = vscode.l10n.t('Open Dashboard');
  const never = vscode.l10n.t("Don't Show Again");
  const choice = await showWarningMessage(`Pitwall: ${message}`, dashboard, never);
  if (choice === dashboard) await vscode.commands.executeCommand('pitwall.openDashboard');
  if (choice === never) {
    await vscode.workspace
      .getConfiguration('pitwall')
      .update('notifications.enabled', false, vscode.ConfigurationTarget.Global);
  }
  services.log.info(`alert told: ${message}`);
}
