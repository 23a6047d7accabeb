import * as vscode from 'vscode';
import type { RunState } from '../../run/state';
import { showQuickPick } from '../notices';
import type { Services } from '../services';
import { ask } from './steer';
import { pickRun, type RunTarget } from './targets';

const anyRun = (): boolean => true;

/** Goes back to a checkpoint from before the trouble, at a lower LR; which one and how much is asked first. */
export async function rewindRun(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Rewind'));
  if (dir === undefined) return;
  const run = await services.runs.acquire(dir);
  const { state } = run.live;
  run.release();
  const epoch = await askForEpoch(state);
  if (epoch === undefined) return;
  const lrFactor = await askForFactor(state.run?.experiment.resolved.rewind.lr_factor);
  if (lrFactor === undefined) return;
  await ask(services, dir, { type: 'rewind', lrFactor, ...(epoch === 'before' ? {} : { epoch }) });
  await services.runs.refresh();
  services.runs.choose(dir);
}

async function askForEpoch({ checkpoints }: RunState): Promise<number | 'before' | undefined> {
  const there = [...checkpoints.values()].filter(({ kept, t }) => kept && t > 0).reverse();
  const items = [
    { label: vscode.l10n.t('The last checkpoint before the trouble'), epoch: 'before' as const },
    ...there.map(({ epoch }) => ({ label: vscode.l10n.t('Epoch {0}', epoch), epoch })),
    { label: vscode.l10n.t('Start again'), epoch: 0 },
  ];
  const options = {
    title: vscode.l10n.t('Go back to? Later checkpoints are dropped.'),
    ignoreFocusOut: true,
  };
  return (await showQuickPick(items, options))?.epoch;
}

async function askForFactor(usual = 0.5): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('What the learning rate is multiplied by'),
    value: String(usual),
    ignoreFocusOut: true,
    validateInput: (input) =>
      Number(input) > 0 && Number(input) <= 1
        ? undefined
        : vscode.l10n.t('A number above 0 and up to 1 is expected.'),
  });
  return text === undefined ? undefined : Number(text);
}
