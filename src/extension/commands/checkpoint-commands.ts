import path from 'node:path';
import * as vscode from 'vscode';
import { startValidator } from '../../engine/validator-process';
import { checkpointPath } from '../../run/files';
import type { RunState } from '../../run/state';
import { showInformationMessage, showQuickPick } from '../notices';
import { showPredictions } from '../pages/predictions';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { ask } from './steer';
import { pickRun, type RunTarget } from './targets';

type MaybeTarget = RunTarget | undefined;
type ChosenEpoch = { readonly dir: string; readonly epoch: number };

export async function validateCheckpoint(services: Services, target: MaybeTarget): Promise<void> {
  const chosen = await pickCheckpoint(services, target, vscode.l10n.t('Validate'));
  if (chosen) await ask(services, chosen.dir, { type: 'validate', epoch: chosen.epoch });
}

export async function pinCheckpoint(services: Services, target: MaybeTarget, pinned: boolean): Promise<void> {
  const chosen = await pickCheckpoint(
    services,
    target,
    pinned ? vscode.l10n.t('Pin') : vscode.l10n.t('Unpin'),
  );
  if (chosen) await ask(services, chosen.dir, { type: 'pin', epoch: chosen.epoch, pinned });
}

export async function revealCheckpoint(services: Services, target: MaybeTarget): Promise<void> {
  const chosen = await pickCheckpoint(services, target, vscode.l10n.t('Reveal'));
  if (!chosen) return;
  const command = vscode.env.remoteName === undefined ? 'revealFileInOS' : 'revealInExplorer';
  await vscode.commands.executeCommand(command, vscode.Uri.file(modelOf(chosen)));
}

const modelOf = ({ dir, epoch }: ChosenEpoch): string => path.join(dir, checkpointPath(epoch), 'model.onnx');

/** Runs one picture through a checkpoint and shows what it finds. */
export async function tryCheckpoint(services: Services, target: MaybeTarget): Promise<void> {
  if (!(await requireTrust())) return;
  const chosen = await pickCheckpoint(services, target, vscode.l10n.t('Try on an image'), 'best');
  if (!chosen) return;
  const [image] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Which image?'),
      canSelectMany: false,
      filters: { [vscode.l10n.t('Images')]: ['png', 'jpg', 'jpeg', 'bmp', 'webp'] },
    })) ?? [];
  if (!image) return;
  const title = vscode.l10n.t('Detecting objects');
  const [prediction] = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title },
    async () => {
      const validator = startValidator(services.host());
      try {
        return await validator.predict({ model: modelOf(chosen), images: [image.fsPath] });
      } finally {
        await validator.stop();
      }
    },
  );
  if (prediction) await showPredictions(services, { prediction, epoch: chosen.epoch });
}

/** The chosen checkpoint; of a run named without one, the best or the one picked. */
async function pickCheckpoint(
  services: Services,
  target: MaybeTarget,
  title: string,
  fallback?: 'best',
): Promise<ChosenEpoch | undefined> {
  const current = services.runs.current?.dir;
  const dir = await pickRun(services, target ?? (current ? { dir: current } : undefined), () => true, title);
  if (dir === undefined) return undefined;
  if (target?.epoch !== undefined) return { dir, epoch: target.epoch };
  const run = await services.runs.acquire(dir);
  const { state } = run.live;
  run.release();
  const epoch = fallback === 'best' && state.best ? state.best.epoch : await pickEpoch(state, title);
  return epoch === undefined ? undefined : { dir, epoch };
}

async function pickEpoch(
  { checkpoints, validations, best }: RunState,
  title: string,
): Promise<number | undefined> {
  const items = [...checkpoints.values()]
    .filter((checkpoint) => checkpoint.kept)
    .reverse()
    .map(({ epoch }) => ({
      label: vscode.l10n.t('epoch {0}', epoch),
      ...(epoch === best?.epoch && { icon: 'star-full' }),
      description: validations.get(epoch)?.map.toFixed(3),
      epoch,
    }));
  if (items.length === 0) void showInformationMessage(vscode.l10n.t('No checkpoint is kept yet.'));
  return items.length === 0 ? undefined : (await showQuickPick(items, { title }))?.epoch;
}
