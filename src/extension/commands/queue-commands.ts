import path from 'node:path';
import * as vscode from 'vscode';
import { LOCAL_SETTINGS } from '../../domain/targets/target-keys';
import { type GoneOn, goOnWaiting, leftRuns } from '../../engine/queue/go-on';
import { type Move, moveInQueue } from '../../engine/queue/move';
import { isWaiting } from '../../engine/queue/queue';
import { endOfQueue } from '../../engine/queue/queue-end';
import { setStatusBarMessage, showInformationMessage, showWarningMessage } from '../notices';
import { runsFolderOf } from '../run/registry';
import type { Services } from '../services';
import { mayAct, requireTrust } from '../trust';
import { checkedExperiment, launchRun } from './start-training';
import { ask } from './steer';
import { pickRun, type RunTarget } from './targets';

/** Without a question, and without opening a dashboard: many are added one after the other. */
export async function addToQueue(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  const checked = await checkedExperiment(services, uri);
  if (!checked) return;
  const { dir: after } = await endOfQueue(runsFolderOf(checked.document.fileName));
  const run = await launchRun(services, { ...checked, after, target: LOCAL_SETTINGS, quietly: true });
  if (run) setStatusBarMessage(vscode.l10n.t('Added to the queue: {0}', run.name), 4000);
}

export const moveInQueueOf =
  (move: Move) =>
  async (services: Services, target: RunTarget | undefined): Promise<void> => {
    const dir = await pickRun(services, target, isWaiting, vscode.l10n.t('Move in the queue'));
    if (dir === undefined || !(await mayAct(dir))) return;
    const { place, of } = await moveInQueue(dir, move);
    setStatusBarMessage(
      vscode.l10n.t('{0}: place {1} of {2} in the queue', path.basename(dir), place, of),
      4000,
    );
    await services.runs.refresh();
  };

export async function takeOutOfQueue(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, isWaiting, vscode.l10n.t('Take out of the queue'));
  if (dir === undefined) return;
  await ask(services, dir, { type: 'stop' });
  await services.runs.refresh();
}

/** Runs that were left waiting by a restart, or whose keepers were killed, wait again at their places. */
export async function goOnWithQueue(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  let count = 0;
  for (const folder of services.runs.folders) {
    const { again, elsewhere } = await goOnIn(services, folder);
    count += again.length;
    if (elsewhere.length > 0 && (await confirmTakeOver(elsewhere)))
      count += (await goOnWaiting(elsewhere, { ...services.host(), takeOver: true })).again.length;
  }
  await services.runs.refresh();
  void showInformationMessage(
    count === 0
      ? vscode.l10n.t('No run was left waiting.')
      : vscode.l10n.t('Runs that wait again: {0}', count),
  );
}

async function goOnIn(services: Services, folder: string): Promise<GoneOn> {
  const allowed = [];
  for (const one of await leftRuns(folder)) if (await mayAct(one.dir)) allowed.push(one);
  return goOnWaiting(allowed, services.host());
}

async function confirmTakeOver(elsewhere: GoneOn['elsewhere']): Promise<boolean> {
  const names = elsewhere.map(({ name }) => name).join(', ');
  const question = vscode.l10n.t(
    'These runs waited on another machine, or before this one restarted: {0}. Let them wait here?',
    names,
  );
  const here = vscode.l10n.t('Wait Here');
  return (await showWarningMessage(question, { modal: true }, here)) === here;
}
