import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Prediction } from '../../protocol/validator';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readBytes } from '../../run/folder/read-file';
import type { Services } from '../services';
import { predictionHtml } from './prediction-html';

/** One picture with the boxes that a checkpoint found, beside the editor. */
export async function showPredictions(
  services: Services,
  { prediction, epoch }: { readonly prediction: Prediction; readonly epoch: number },
): Promise<void> {
  if (prediction.problem) throw new Error(prediction.problem);
  const bytes = await readBytes(prediction.image, { most: MOST_BYTES.image, links: 'follow' });
  const name = path.basename(prediction.image);
  const isSplit = vscode.window.tabGroups.all.length > 1;
  const panel = vscode.window.createWebviewPanel(
    'pitwall.prediction',
    vscode.l10n.t('{0}, epoch {1}', name, epoch),
    // A third column would leave room for none of them.
    isSplit ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside,
    { enableScripts: false, localResourceRoots: [] },
  );
  panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'tab.svg');
  const found = vscode.l10n.t(
    '{0} found in {1} ms',
    prediction.boxes.length,
    Math.round(prediction.seconds * 1000),
  );
  panel.webview.html = predictionHtml({
    prediction,
    name,
    found,
    image: bytes.toString('base64'),
    nonce: randomBytes(16).toString('base64'),
    columns: {
      class: vscode.l10n.t('class'),
      confidence: vscode.l10n.t('confidence'),
      box: vscode.l10n.t('size and place in pixels'),
    },
  });
}
