import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { chooseRuntime, type RuntimeChoice } from '../../engine/gpu-runtime/choose-runtime';
import { installGpuRuntime } from '../../engine/gpu-runtime/install';
import { type GpuRuntimePlan, providerPlace } from '../../engine/gpu-runtime/install-plan';
import { removeGpuRuntime } from '../../engine/gpu-runtime/marker';
import { showInformationMessage, showWarningMessage } from '../notices';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { setting, withCancel } from '../window';
import { activeInterpreter } from './interpreter';

/** onnxruntime's CUDA provider, downloaded with the user's consent and checked. */
export async function installRuntime(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const choice = await choiceOf(services);
  if (!(await isMeant(choice))) return;
  const { plan, python, requirements } = choice;
  try {
    await withCancel(`${plan.name} ${plan.version}`, (report, signal) =>
      installGpuRuntime(plan, {
        signal,
        requirements,
        onProgress: percent(report),
        onLine: report,
        ...(python && { python }),
      }),
    );
  } catch (error) {
    const { message } = toError(error);
    throw new Error(vscode.l10n.t('The GPU runtime was not installed: {0}', message), { cause: error });
  }
  const check = vscode.l10n.t('Check Environment');
  const done = vscode.l10n.t('The GPU runtime is installed.');
  if ((await showInformationMessage(done, check)) === check)
    await vscode.commands.executeCommand('pitwall.checkEnvironment');
}

export async function removeRuntime({ host }: Services): Promise<void> {
  const place = providerPlace(host().installDir);
  if (typeof place === 'string') throw new Error(place);
  const removed = await removeGpuRuntime(place.folder);
  const none = vscode.l10n.t('No GPU runtime was installed.');
  const done = vscode.l10n.t('Removed: {0}', removed.join(', '));
  void showInformationMessage(removed.length === 0 ? none : done);
}

async function choiceOf({ host, context }: Services): Promise<RuntimeChoice> {
  const wanted = setting('python', '') || (await activeInterpreter(context.extensionUri.fsPath));
  const choice = await chooseRuntime(host().installDir, { env: process.env, ...(wanted && { wanted }) });
  if (typeof choice === 'string')
    throw new Error(vscode.l10n.t('The GPU runtime was not installed: {0}', choice));
  return choice;
}

async function isMeant({ plan, requirements }: RuntimeChoice): Promise<boolean> {
  const download = vscode.l10n.t('Download');
  const question = vscode.l10n.t('Download {0} {1}?', plan.name, plan.version);
  const detail = vscode.l10n.t(
    'About 250 MB from {0}. Its hash is checked, its CUDA provider is put beside onnxruntime, and Remove GPU Runtime undoes it.',
    sourceOf(plan),
  );
  const beside = vscode.l10n.t('pip also installs 1 to 2 GB beside it: {0}', requirements.join(' '));
  const text = requirements.length > 0 ? `${detail}\n\n${beside}` : detail;
  return (await showWarningMessage(question, { modal: true, detail: text }, download)) === download;
}

function sourceOf({ origin }: GpuRuntimePlan): string {
  if (origin.kind === 'nuget') return new URL(origin.index).host;
  return vscode.l10n.t('the package index of {0}', origin.python);
}

/** Progress of a download in whole percents. */
function percent(report: (message: string, increment?: number) => void) {
  let shown = 0;
  return (received: number, total: number | undefined): void => {
    const now = total ? Math.floor((received / total) * 100) : 0;
    if (now <= shown) return;
    report(`${now} %`, now - shown);
    shown = now;
  };
}
