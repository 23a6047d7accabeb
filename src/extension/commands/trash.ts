import path from 'node:path';
import * as vscode from 'vscode';
import { formatAgo, formatBytes } from '../../domain/display/format';
import { bytesOf, clearRun, emptyOldTrash, planSpace, type SpacePlan } from '../../engine/control/free-space';
import { listTrash, purgeRun, restoreRun, type TrashedRun, trashRun } from '../../engine/control/trash';
import { showInformationMessage, showQuickPick, showWarningMessage } from '../notices';
import type { Services } from '../services';
import { mayAct, requireTrust } from '../trust';
import { isEnded, pickRun, type RunTarget } from './targets';

/** Moves a run to its runs folder's trash. It can be brought back until the trash is emptied. */
export async function deleteRun(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, isEnded, vscode.l10n.t('Move to the trash'));
  if (dir === undefined || !(await mayAct(dir))) return;
  const trashed = await trashRun(dir);
  await services.runs.refresh();
  const restore = vscode.l10n.t('Restore');
  const message = vscode.l10n.t('{0} is in the trash.', trashed.name);
  if ((await showInformationMessage(message, restore)) === restore) await putBack(services, trashed);
}

export async function restoreDeletedRun(services: Services): Promise<void> {
  const items = (await everyTrashedRun(services)).map((run) => ({
    label: run.name,
    description: formatAgo((Date.now() - run.deleted) / 1000, services.t),
    detail: vscode.workspace.asRelativePath(path.dirname(path.dirname(run.dir))),
    run,
  }));
  if (items.length === 0) return showEmpty();
  const choice = await showQuickPick(items, { title: vscode.l10n.t('Restore from the trash') });
  if (choice) await putBack(services, choice.run);
}

/** Deletes the content of the trash for good, after a person confirms it. */
export async function emptyTrash(services: Services): Promise<void> {
  const runs = await everyTrashedRun(services);
  if (runs.length === 0) return showEmpty();
  const confirm = vscode.l10n.t('Delete for Good');
  const names = runs.map(({ name }) => name).join(', ');
  const question =
    runs.length === 1
      ? vscode.l10n.t('Delete the run in the trash for good?')
      : vscode.l10n.t('Delete the {0} runs in the trash for good?', runs.length);
  const detail = `${names}\n${vscode.l10n.t('Their files cannot be brought back.')}`;
  const options = { modal: true, detail };
  if ((await showWarningMessage(question, options, confirm)) !== confirm) return;
  for (const run of runs) await purgeRun(run);
}

const OLD_DAYS = 30;

/** Checkpoints of old runs that are neither best, newest nor pinned, and old runs in the trash; says how much it is first. */
export async function freeSpace(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const wish = { keep: 'last', olderMs: OLD_DAYS * 86_400_000 } as const;
  const plans = await Promise.all(services.runs.folders.map((folder) => planSpace(folder, wish)));
  const bytes = plans.reduce((sum, plan) => sum + bytesOf(plan), 0);
  if (bytes === 0) {
    void showInformationMessage(
      vscode.l10n.t('Nothing of the runs that ended {0} days ago can be removed.', OLD_DAYS),
    );
    return;
  }
  const question = vscode.l10n.t(
    'Free {0} of runs that ended more than {1} days ago?',
    formatBytes(bytes),
    OLD_DAYS,
  );
  const free = vscode.l10n.t('Free Space');
  const options = { modal: true, detail: plans.flatMap(planDetail).join('\n') };
  if ((await showWarningMessage(question, options, free)) !== free) return;
  for (const plan of plans) {
    for (const run of plan.runs) await clearRun(run, wish.keep, { ...services.host(), from: 'vscode' });
    await emptyOldTrash(plan);
  }
  await services.runs.refresh();
}

function planDetail({ runs, trash }: SpacePlan): string[] {
  return [
    ...runs.map(({ name, epochs, bytes }) =>
      vscode.l10n.t('{0}: {1} checkpoints, {2}', name, epochs.length, formatBytes(bytes)),
    ),
    ...trash.map(({ name, bytes }) => vscode.l10n.t('{0} in the trash, {1}', name, formatBytes(bytes))),
    vscode.l10n.t('Kept are the best and the newest checkpoint of each run, and pinned ones.'),
  ];
}

async function putBack(services: Services, trashed: TrashedRun): Promise<void> {
  const dir = await restoreRun(trashed);
  await services.runs.refresh();
  services.runs.choose(dir);
}

async function everyTrashedRun({ runs }: Services): Promise<TrashedRun[]> {
  return (await Promise.all(runs.folders.map(listTrash))).flat();
}

function showEmpty(): void {
  void showInformationMessage(vscode.l10n.t('The trash is empty.'));
}
