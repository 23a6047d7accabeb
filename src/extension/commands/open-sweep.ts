import path from 'node:path';
import * as vscode from 'vscode';
import { listSweeps, sweepState } from '../../engine/sweep/sweep-folder';
import { newestFirst } from '../../run/times';

import { showInformationMessage, showQuickPick } from '../notices';
import { openSweepPage } from '../pages/sweep-page';
import type { Services } from '../services';

/** The page of a sweep: of the entry in the list of runs, else of one that is asked for. */
export async function openSweep(services: Services, item: unknown): Promise<void> {
  const { sweep } = (item ?? {}) as { sweep?: unknown };
  const dir = typeof sweep === 'string' ? sweep : await pickSweep(services);
  if (dir !== undefined) await openSweepPage(services, dir);
}

/** Newest first; undefined if nothing was chosen. */
async function pickSweep({ runs }: Services): Promise<string | undefined> {
  const sweeps = (await Promise.all(runs.folders.map(listSweeps))).flat();
  if (sweeps.length === 0) {
    void showInformationMessage(vscode.l10n.t('There is no sweep in the runs folders of this window.'));
    return undefined;
  }
  const items = sweeps
    .sort((a, b) => newestFirst(a.file, b.file))
    .map(({ name, dir, file }) => ({ label: name, description: path.basename(file.file), dir }));
  return (await showQuickPick(items, { title: vscode.l10n.t('Open Sweep') }))?.dir;
}

/** Opens the page of a sweep that is being started, as soon as its driver has a folder. */
export function openOnceRunning(
  services: Services,
  {
    runsDir,
    file,
    task,
  }: { readonly runsDir: string; readonly file: string; readonly task: vscode.TaskExecution },
): void {
  let isOpen = false;
  const look = async (): Promise<void> => {
    const running = (await listSweeps(runsDir)).find(
      (sweep) => sweep.file.file === file && sweepState(sweep) === 'running',
    );
    if (!running || isOpen) return;
    isOpen = true;
    waiting.dispose();
    await openSweepPage(services, running.dir);
  };
  const waiting = vscode.Disposable.from(
    services.runs.onDidChange(() => void look().catch(services.showError)),
    vscode.tasks.onDidEndTaskProcess(({ execution }) => {
      if (execution === task) waiting.dispose();
    }),
  );
}
