import path from 'node:path';
import * as vscode from 'vscode';
import { parseExperiment } from '../../domain/experiment/parse';
import { parseSweep } from '../../domain/sweep/parse-sweep';
import { nodeOf } from '../../engine/process/run-environment';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readText } from '../../run/folder/read-file';
import { isSweepFile } from '../editor/experiment-files';
import { problemsOfSweep } from '../editor/sweep-help';
import { showErrorMessage } from '../notices';
import { runsFolderOf } from '../run/registry';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { setting } from '../window';
import { interpreterFor, MissingPython } from './interpreter';
import { openOnceRunning } from './open-sweep';
import { isSaved, lineOf, offerPython, refuse } from './refuse';

/**
 * Runs `pitwall sweep` as a task, to be seen and interrupted in its terminal, which stays after the end with the verdict.
 * Closing it ends the driver alone: its trials wait at their next rung, and the same command goes on with them.
 */
export async function startSweep(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  if (!(await requireTrust())) return;
  const document = await sweepDocument(uri);
  if (!document || !(await isSaved(document))) return;
  const experimentFile = await checkedExperiment(document);
  if (experimentFile === undefined) return;
  try {
    const python = await pythonFor(experimentFile);
    const runsDir = runsFolderOf(experimentFile);
    await services.runs.addFolder(runsDir);
    const task = await vscode.tasks.executeTask(sweepTask(services, document.uri, python));
    if (setting('openDashboardOnStart', true))
      openOnceRunning(services, { runsDir, file: document.fileName, task });
  } catch (error) {
    if (!(error instanceof MissingPython)) throw error;
    await offerPython(error.message);
  }
}

async function sweepDocument(uri: vscode.Uri | undefined): Promise<vscode.TextDocument | undefined> {
  if (uri) return vscode.workspace.openTextDocument(uri);
  const active = vscode.window.activeTextEditor?.document;
  if (active && isSweepFile(active)) return active;
  void showErrorMessage(vscode.l10n.t('Open a sweep file (*.sweep.yaml) first.'));
  return undefined;
}

/** The experiment's file; undefined if the sweep has an error, of which the person knows the first. */
async function checkedExperiment(document: vscode.TextDocument): Promise<string | undefined> {
  const problems = await problemsOfSweep(document);
  const first = problems.find(({ severity }) => severity === 'error');
  if (first) {
    await refuse(document, lineOf(first), first.range?.start);
    return undefined;
  }
  const { sweep } = parseSweep(document.getText(), path.basename(document.fileName));
  return sweep && path.resolve(path.dirname(document.fileName), sweep.experiment);
}

async function pythonFor(experimentFile: string): Promise<string | undefined> {
  const text = await readText(experimentFile, { most: MOST_BYTES.yaml, links: 'follow' });
  const { draft } = parseExperiment(text, { file: experimentFile });
  return interpreterFor(draft, path.dirname(experimentFile));
}

function sweepTask({ host }: Services, uri: vscode.Uri, python: string | undefined): vscode.Task {
  const { installDir, nodePath } = host();
  const node = nodeOf(nodePath);
  const file = uri.fsPath;
  const execution = new vscode.ProcessExecution(
    node.program,
    [path.join(installDir, 'cli.js'), 'sweep', file],
    {
      cwd: path.dirname(file),
      env: { ...node.env, ...(python !== undefined && { PITWALL_PYTHON: python }) },
    },
  );
  const scope = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace;
  const name = path.basename(file);
  const task = new vscode.Task({ type: 'pitwall', sweep: file }, scope, name, 'Pitwall', execution, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
  return task;
}
