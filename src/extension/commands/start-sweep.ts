import path from 'node:path';
import * as vscode from 'vscode';
import { parseExperiment } from '../../domain/experiment/parse';
import { parseSweep } from '../../domain/sweep/parse-sweep';
import { nodeOf } from '../../engine/process/run-environment';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readText } from '../../run/folder/read-file';
import { isSweepFile } from '../editor/experiment-files';
import { showErrorMessage } from '../notices';
import { runsFolderOf } from '../run/registry';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { interpreterFor } from './interpreter';

/**
 * Runs `pitwall sweep` in a terminal of its own, to be seen and interrupted there. Closing it ends the driver alone: its
 * trials wait at their next rung, and the same command goes on with them.
 */
export async function startSweep(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  if (!(await requireTrust())) return;
  const document = await sweepDocument(uri);
  if (!document) return;
  if (document.isDirty && !(await document.save())) return;
  const sweep = await experimentOf(document);
  if (!sweep) return;
  const { installDir, nodePath } = services.host();
  const node = nodeOf(nodePath);
  const python = await interpreterFor(sweep.experiment, path.dirname(sweep.file));
  const terminal = vscode.window.createTerminal({
    name: `Pitwall: ${path.basename(document.fileName)}`,
    iconPath: new vscode.ThemeIcon('run-all'),
    shellPath: node.program,
    shellArgs: [path.join(installDir, 'cli.js'), 'sweep', document.fileName],
    cwd: path.dirname(document.fileName),
    env: { ...node.env, ...(python !== undefined && { PITWALL_PYTHON: python }) },
  });
  terminal.show();
  await services.runs.addFolder(runsFolderOf(sweep.file));
}

async function sweepDocument(uri: vscode.Uri | undefined): Promise<vscode.TextDocument | undefined> {
  if (uri) return vscode.workspace.openTextDocument(uri);
  const active = vscode.window.activeTextEditor?.document;
  if (active && isSweepFile(active)) return active;
  void showErrorMessage(vscode.l10n.t('Open a sweep file (*.sweep.yaml) first.'));
  return undefined;
}

/** What is wrong with it is shown in the editor already; undefined then. */
async function experimentOf(document: vscode.TextDocument) {
  const name = path.basename(document.fileName);
  const { sweep } = parseSweep(document.getText(), name);
  if (!sweep) {
    void showErrorMessage(vscode.l10n.t('{0} has errors, so nothing was started.', name));
    return undefined;
  }
  const file = path.resolve(path.dirname(document.fileName), sweep.experiment);
  const text = await readText(file, { most: MOST_BYTES.yaml, links: 'follow' });
  return { file, experiment: parseExperiment(text, { file }).draft };
}
