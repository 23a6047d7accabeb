import path from 'node:path';
import * as vscode from 'vscode';
import { isExperimentFile, isUltralyticsFile } from '../editor/experiment-files';
import { showInformationMessage, showQuickPick } from '../notices';
import type { Services } from '../services';
import { newExample } from './new-example';

const MOST_FILES = 200;

/** The chosen config: named, active, the only one, the one picked, or the example if there is none. */
export async function pickExperiment(
  services: Services,
  uri: vscode.Uri | undefined,
): Promise<vscode.Uri | undefined> {
  if (uri) return uri;
  const active = vscode.window.activeTextEditor?.document;
  if (active && (isExperimentFile(active) || isUltralyticsFile(active))) return active.uri;
  const exclude = '**/{node_modules,.git,runs}/**';
  const found = await vscode.workspace.findFiles('**/*.train.{yaml,yml}', exclude, MOST_FILES);
  if (found.length === 1) return found[0];
  return found.length === 0 ? offerExample(services) : pick(found);
}

async function pick(found: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  const items = found.map((uri) => ({
    label: path.basename(uri.fsPath),
    description: vscode.workspace.asRelativePath(path.dirname(uri.fsPath)),
    uri,
  }));
  const title = vscode.l10n.t('Which experiment should be trained?');
  return (await showQuickPick(items, { title, matchOnDescription: true }))?.uri;
}

async function offerExample(services: Services): Promise<vscode.Uri | undefined> {
  const create = vscode.l10n.t('Create the Example');
  const message = vscode.l10n.t(
    'No experiment (*.train.yaml) is in this workspace. Create the example, a small defect detector that trains in a minute?',
  );
  const choice = await showInformationMessage(message, { modal: true }, create);
  return choice === create ? newExample(services) : undefined;
}
