import path from 'node:path';
import * as vscode from 'vscode';
import { parseSweep } from '../../domain/sweep/parse-sweep';
import type { TargetSettings } from '../../domain/targets/target-keys';
import { isSweepFile } from '../editor/experiment-files';
import { otherFiles } from '../editor/other-files';
import { showErrorMessage } from '../notices';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { setting } from '../window';
import { MissingPython } from './interpreter';
import { openOnceRunning } from './open-sweep';
import { chooseTarget, type TargetChoice } from './pick-target';
import { isSaved, lineOf, offerPython, refuse } from './refuse';
import { runsFolderOn } from './start-training';
import { pitwallTask, pythonOfFile } from './tasks';

/**
 * Runs `pitwall sweep` as a task, to be seen and interrupted in its terminal, which stays after the end with the verdict.
 * Closing it ends the driver alone: its trials wait at their next rung, and the same command goes on with them.
 */
export async function startSweep(
  services: Services,
  uri: vscode.Uri | undefined,
  choice: TargetChoice = 'default',
): Promise<void> {
  if (!(await requireTrust())) return;
  const document = await sweepDocument(uri);
  if (!document || !(await isSaved(document))) return;
  const experimentFile = await checkedExperiment(document);
  if (experimentFile === undefined) return;
  const target = await chooseTarget(path.dirname(experimentFile), choice);
  if (!target) return;
  try {
    await launchSweep(services, { document, experimentFile, target });
  } catch (error) {
    if (!(error instanceof MissingPython)) throw error;
    await offerPython(error.message);
  }
}

type PreparedSweep = {
  readonly document: vscode.TextDocument;
  readonly experimentFile: string;
  readonly target: TargetSettings;
};

async function launchSweep(
  services: Services,
  { document, experimentFile, target }: PreparedSweep,
): Promise<void> {
  const python = await pythonOfFile(experimentFile);
  const runsDir = runsFolderOn(target, experimentFile);
  await services.runs.keepFolder(runsDir);
  const what = { kind: 'sweep', uri: document.uri, target: target.name } as const;
  const task = await vscode.tasks.executeTask(pitwallTask(services, what, python));
  if (setting('openDashboardOnStart', true))
    openOnceRunning(services, { runsDir, file: document.fileName, task });
}

/** From the palette or a menu: asks what is to keep its trials. */
export const startSweepOn = (services: Services, uri: vscode.Uri | undefined): Promise<void> =>
  startSweep(services, uri, { title: vscode.l10n.t('Start sweep on') });

async function sweepDocument(uri: vscode.Uri | undefined): Promise<vscode.TextDocument | undefined> {
  if (uri) return vscode.workspace.openTextDocument(uri);
  const active = vscode.window.activeTextEditor?.document;
  if (active && isSweepFile(active)) return active;
  void showErrorMessage(vscode.l10n.t('Open a sweep file (*.sweep.yaml) first.'));
  return undefined;
}

/** The experiment's file; undefined if the sweep has an error, of which the person knows the first. */
async function checkedExperiment(document: vscode.TextDocument): Promise<string | undefined> {
  const problems = await otherFiles.problems(document);
  const first = problems.find(({ severity }) => severity === 'error');
  if (first) {
    await refuse(document, lineOf(first), first.range?.start);
    return undefined;
  }
  const { sweep } = parseSweep(document.getText(), path.basename(document.fileName));
  return sweep && path.resolve(path.dirname(document.fileName), sweep.experiment);
}
