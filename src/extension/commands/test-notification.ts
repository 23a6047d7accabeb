import os from 'node:os';
import * as vscode from 'vscode';
import { formatProblem, translateProblem } from '../../base/problem';
import { say } from '../../base/words';
import { newsOfTest } from '../../domain/notify/news';
import { messageOf, placeOf, sendOnce } from '../../engine/notify/send';
import { readNotifySettings } from '../../engine/notify/settings';
import { showInformationMessage, showWarningMessage } from '../notices';
import type { Services } from '../services';
import { withCancel } from '../window';

/** Sends a message through each channel, as a keeper would that this window starts, and says how it went. */
export async function testNotification({ host, t }: Services): Promise<void> {
  const { channels, problems } = readNotifySettings({ ...process.env, ...host().keeperEnv });
  for (const problem of problems) void showWarningMessage(formatProblem(translateProblem(problem, t)));
  if (channels.length === 0) {
    if (problems.length === 0) await offerSettings();
    return;
  }
  const message = messageOf(newsOfTest(os.hostname()), t);
  await withCancel(t('Sending a test notification'), async (_, signal) => {
    for (const channel of channels) {
      const sent = await sendOnce(message, channel, { signal });
      const place = placeOf(channel);
      if (sent.kind === 'sent') void showInformationMessage(t('{0}: sent', place));
      else void showWarningMessage(t('{0}: {1}', place, say(sent.said, t)));
    }
  });
}

async function offerSettings(): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  const text = vscode.l10n.t('No notification channel is set up.');
  if ((await showInformationMessage(text, open)) === open)
    await vscode.commands.executeCommand('workbench.action.openSettings', 'pitwall.notify');
}
