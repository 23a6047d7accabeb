import * as vscode from 'vscode';
import type { Experiment } from '../../domain/experiment/types';
import type { RunSummary } from '../../engine/runs/run-index';
import type { Services } from '../services';

/** Where another run holds the device: after that run, beside it, or not at all. Answers its folder, undefined, 'cancel'. */
export async function askForDevice(services: Services, experiment: Experiment): Promise<string | undefined> {
  const other = services.runs.active.find((run) => isSameDevice(run, experiment));
  if (!other) return undefined;
  const items = [
    {
      label: vscode.l10n.t('Queue'),
      description: vscode.l10n.t('start when {0} has ended', other.name),
      answer: other.dir,
    },
    {
      label: vscode.l10n.t('Run Beside'),
      description: vscode.l10n.t('start now; both will be slower'),
      answer: undefined,
    },
    { label: vscode.l10n.t('Cancel'), answer: 'cancel' },
  ];
  const title = vscode.l10n.t('{0} is using the device', other.name);
  const choice = await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true });
  return choice ? choice.answer : 'cancel';
}

/** `auto` may be any device, so it counts as the same. */
function isSameDevice({ run }: RunSummary, experiment: Experiment): boolean {
  const [mine, theirs] = [experiment.device, run.experiment.resolved.device].map((d) => d || 'auto');
  return mine === theirs || mine === 'auto' || theirs === 'auto';
}
