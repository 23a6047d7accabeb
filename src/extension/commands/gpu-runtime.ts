import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { installGpuRuntime, removeGpuRuntime } from '../../engine/gpu-runtime/install';
import { type GpuRuntimePlan, gpuRuntimePlan } from '../../engine/gpu-runtime/install-plan';
import { showInformationMessage, showWarningMessage } from '../notices';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { setting, withCancel } from '../window';
import { activeInterpreter } from './interpreter';

/** onnxruntime's CUDA provider, downloaded with the user's consent and checked. */
export async function installRuntime(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const plan = planOf(services);
  if (!(await isMeant(plan))) return;
  const python = setting('python', '') || (await activeInterpreter(services.context.extensionUri.fsPath));
  try {
    await withCancel(`${plan.name} ${plan.version}`, (report, signal) =>
      installGpuRuntime(plan, { signal, onProgress: percent(report), ...(python && { python }) }),
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

export async function removeRuntime(services: Services): Promise<void> {
  const removed = await removeGpuRuntime(planOf(services).folder);
  const none = vscode.l10n.t('No GPU runtime was installed.');
  const done = vscode.l10n.t('Removed: {0}', removed.join(', '));
  void showInformationMessage(removed.length === 0 ? none : done);
}

function planOf({ host }: Services): GpuRuntimePlan {
  const plan = gpuRuntimePlan(host().installDir);
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

async function isMeant({ name, version, index }: GpuRuntimePlan): Promise<boolean> {
  const download = vscode.l10n.t('Download');
  const question = vscode.l10n.t('Download {0} {1}?', name, version);
  const detail = vscode.l10n.t(
    'About 250 MB from {0}. Its hash is checked, its CUDA provider is put beside onnxruntime, and Remove GPU Runtime undoes it.',
    new URL(index).host,
  );
  return (await showWarningMessage(question, { modal: true, detail }, download)) === download;
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
