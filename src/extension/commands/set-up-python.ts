import path from 'node:path';
import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { setUpPython } from '../../engine/python/set-up';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { withCancel } from '../window';
import { activeInterpreter } from './interpreter';

/** A virtual environment for Ultralytics in the workspace, on the user's word: it downloads several GB. */
export async function setUpPythonEnvironment({ log }: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder === undefined)
    throw new Error(vscode.l10n.t('Open a folder first: the environment is made in it.'));
  const dir = path.join(folder, '.venv');
  if (!(await isMeant(dir))) return;
  const basePython =
    (await activeInterpreter(folder)) ?? (process.platform === 'win32' ? 'python' : 'python3');
  try {
    const python = await withCancel(vscode.l10n.t('Setting up Python'), (report, signal) => {
      const onLine = (line: string): void => {
        log.info(line);
        report(line);
      };
      return setUpPython({ dir, basePython, onLine, signal });
    });
    await vscode.workspace
      .getConfiguration('pitwall')
      .update('python', python, vscode.ConfigurationTarget.Workspace);
    void vscode.window.showInformationMessage(vscode.l10n.t('Python is ready for Ultralytics: {0}', python));
  } catch (error) {
    const { message } = toError(error);
    throw new Error(vscode.l10n.t('The Python environment could not be made: {0}', message), {
      cause: error,
    });
  }
}

async function isMeant(dir: string): Promise<boolean> {
  const setUp = vscode.l10n.t('Set Up');
  const question = vscode.l10n.t('Install torch, ultralytics and onnx into {0}?', dir);
  const detail = vscode.l10n.t('pip downloads several GB from the package index that it is set up for.');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, setUp)) === setUp;
}
