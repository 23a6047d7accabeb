import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { LiveRun } from '../../engine/runs/live-run';
import type { RunEntry } from '../../run/state';
import { showWarningMessage } from '../notices';
import type { Services } from '../services';
import { setting } from '../window';
import type { AlertNotice } from './alert-news';

/** Trouble of the current run as a notification: one at a time, never the same twice, and easy to switch off. */
export function notifyAlerts(services: Services): vscode.Disposable {
  const store = new DisposableStore();
  const shown = new Set<string>();
  let isShowing = false;
  const notify = async (entry: RunEntry, { dir, state }: LiveRun): Promise<void> => {
    const { newsOf } = await services.runs.views();
    const news = newsOf(entry, state.run);
    const isWanted = !isShowing && setting<boolean>('notifications.enabled', true);
    if (news === undefined || shown.has(news.message) || !isWanted) return;
    shown.add(news.message);
    isShowing = true;
    await show(services, news, dir).finally(() => {
      isShowing = false;
    });
  };
  store.track(
    services.runs.followCurrent((run) =>
      run?.live.onDidAppend((entries) => {
        // A range test is meant to blow the loss up; its own page shows the step.
        if (run.live.state.run?.experiment.resolved.schedule?.lr_range) return;
        for (const entry of entries) notify(entry, run.live).catch(services.showError);
      }),
    ),
  );
  return store;
}

async function show(services: Services, { message, button, topic }: AlertNotice, dir: string): Promise<void> {
  const dashboard = vscode.l10n.t('Open Dashboard');
  const explain = vscode.l10n.t('What This Means');
  const never = vscode.l10n.t("Don't Show Again");
  // What is on the screen is not offered.
  const isOpen = services.dashboards.shows(dir);
  const offered = [button?.label, isOpen ? undefined : dashboard, topic && explain, never];
  const buttons = offered.filter((label) => label !== undefined);
  const choice = await showWarningMessage(`Pitwall: ${message}`, ...buttons);
  if (button && choice === button.label) {
    // Not with the activation: it checks what pages send.
    const { runAction } = await import('../pages/run-actions');
    await runAction(dir, button.id, undefined);
  }
  if (choice === dashboard) await vscode.commands.executeCommand('pitwall.openDashboard');
  if (choice === explain) await vscode.commands.executeCommand('pitwall.explainNumbers', topic);
  if (choice === never) {
    await vscode.workspace
      .getConfiguration('pitwall')
      .update('notifications.enabled', false, vscode.ConfigurationTarget.Global);
  }
  services.log.info(`alert shown: ${message}`);
}
