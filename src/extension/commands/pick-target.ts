import * as vscode from 'vscode';
import { hasErrors, type Problem } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { LOCAL_SETTINGS, TARGET_KEYS, type TargetSettings } from '../../domain/targets/target-keys';
import {
  approveTarget,
  type KnownTarget,
  type KnownTargets,
  readTargets,
  userTargetsFile,
} from '../../engine/targets/read-targets';
import { ENGINE_NAMES } from '../../run/job';
import { showErrorMessage, showQuickPick, showWarningMessage } from '../notices';
import { setting } from '../window';
import { lineOf, refuse } from './refuse';

/** The target of the setting, without one this machine; or the one that is picked from all that there are. */
export type TargetChoice = 'default' | { readonly title: string; readonly first?: string };

/** What is to keep the runs of a folder's experiments. Undefined: nothing should be started, of which the person knows the reason. */
export async function chooseTarget(
  folder: string,
  choice: TargetChoice,
): Promise<TargetSettings | undefined> {
  const named = setting('defaultTarget', '');
  if (choice === 'default' && isLocal(named)) return LOCAL_SETTINGS;
  const known = readTargets(folder);
  if (hasErrors(known.problems)) return refuseTargets(known.problems);
  const found = choice === 'default' ? byName(known, named) : await pick(known, choice);
  return found && (await mayUse(found)) ? found.settings : undefined;
}

const isLocal = (name: string): boolean => name === '' || name === LOCAL_SETTINGS.name;

async function refuseTargets(problems: readonly Problem[]): Promise<undefined> {
  const first = problems.find(({ severity }) => severity === 'error');
  if (first?.file === undefined) return;
  await refuse(await vscode.workspace.openTextDocument(first.file), lineOf(first), first.range?.start);
}

function byName({ targets }: KnownTargets, name: string): KnownTarget | undefined {
  const found = targets.get(name);
  if (found) return found;
  const names = [...targets.keys()];
  const message = vscode.l10n.t(
    'The setting pitwall.defaultTarget names {0}, which is not a target here. There are: {1}',
    name,
    nearestName(name, names) ?? names.join(', '),
  );
  const open = vscode.l10n.t('Open Settings');
  void showErrorMessage(message, open).then((button) => {
    if (button === open)
      void vscode.commands.executeCommand('workbench.action.openSettings', 'pitwall.defaultTarget');
  });
  return undefined;
}

async function pick(
  { targets }: KnownTargets,
  { title, first = setting('defaultTarget', '') }: Exclude<TargetChoice, 'default'>,
): Promise<KnownTarget | undefined> {
  const items = [...targets.values()]
    .map((known) => ({ ...itemOf(known), known }))
    .sort((a, b) => Number(b.known.settings.name === first) - Number(a.known.settings.name === first));
  const placeHolder = vscode.l10n.t(
    'Clusters are written in .pitwall/targets.yaml or in {0}',
    userTargetsFile(),
  );
  return (await showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.known;
}

function itemOf({ settings, isOwn }: KnownTarget): vscode.QuickPickItem & { readonly icon: string } {
  if (settings.kind === 'local') return { icon: 'vm', label: vscode.l10n.t('This Machine') };
  const { name, gpus, from } = settings;
  const gpuText = gpus === undefined ? undefined : vscode.l10n.t('GPUs: {0}', gpus);
  const [place, limit] =
    settings.kind === 'slurm' ? [settings.partition, settings.time] : [settings.address, undefined];
  const facts = [ENGINE_NAMES[settings.kind], place, gpuText, limit].filter((one) => one !== undefined);
  const whose = isOwn ? from : vscode.l10n.t('{0}: not approved yet', from);
  return { icon: 'server', label: name, description: facts.join(', '), detail: whose };
}

/** The lines of a project are anybody's: they are shown, and asked about once. */
async function mayUse(known: KnownTarget): Promise<boolean> {
  const { settings, isOwn } = known;
  if (isOwn || settings.kind === 'local') return true;
  const trust = vscode.l10n.t('Trust This Target');
  const question = vscode.l10n.t(
    'Target {0} is from {1}: its jobs execute what that file says. Use it?',
    settings.name,
    settings.from,
  );
  const detail = linesOf(settings).join('\n');
  if ((await showWarningMessage(question, { modal: true, detail }, trust)) !== trust) return false;
  // What was shown, not what may be there by now.
  await approveTarget(known);
  return true;
}

/** Every setting that is not empty, as it is written in the file. */
function linesOf(settings: TargetSettings): readonly string[] {
  const values: Readonly<Record<string, unknown>> = settings;
  return TARGET_KEYS.flatMap(({ key }) => {
    const value = values[key];
    if (Array.isArray(value)) return value.map((one) => `${key}: ${one}`);
    return value === undefined ? [] : [`${key}: ${value}`];
  });
}
