import * as vscode from 'vscode';
import { formatCount, formatRate } from '../../domain/display/format';
import type { LrPair, LrPreview } from '../../domain/schedule/lr-preview';
import { type ForeseenLr, foreseeLr, type LrRequest, nextStep } from '../../protocol/lr-request';
import type { RunState } from '../../run/state';
import { mainRates } from '../../run/state';
import { showInformationMessage, showQuickPick, showWarningMessage } from '../notices';
import type { Services } from '../services';
import { ask } from './steer';
import { isLive, pickRun, type RunTarget } from './targets';

/** Asks for mode and value, shows the effect for each group, and sends it after confirmation. */
export async function setLearningRate(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, isLive, vscode.l10n.t('Set the learning rate of'));
  if (dir === undefined) return;
  const run = await services.runs.acquire(dir);
  try {
    const request = await askForRequest(run.live.state);
    if (!request) return;
    // Steps were made while the dialog was open.
    const foreseen = foreseeLr(run.live.state, request, nextStep(run.live.state));
    if (foreseen && !(await confirm(foreseen))) return;
    await ask(services, dir, foreseen?.tooHigh ? { ...request, confirmed: true } : request);
  } finally {
    run.release();
  }
}

async function askForRequest(state: RunState): Promise<LrRequest | undefined> {
  const mode = await askForMode(state.lrChanges.length > 0);
  if (mode === undefined) return undefined;
  if (mode === 'plan') return { type: 'lr', mode };
  const value = await askForRate(state);
  return value === undefined ? undefined : { type: 'lr', mode, value };
}

async function askForMode(isChanged: boolean): Promise<LrRequest['mode'] | undefined> {
  const items = [
    {
      label: vscode.l10n.t('Scale the rest of the curve'),
      detail: vscode.l10n.t('A running warm-up goes on and leads to the scaled curve.'),
      mode: 'scale' as const,
    },
    {
      label: vscode.l10n.t('Hold a value to the end'),
      detail: vscode.l10n.t('Every parameter group gets it at once.'),
      mode: 'hold' as const,
    },
    ...(isChanged ? [{ label: vscode.l10n.t('Back to the plan'), mode: 'plan' as const }] : []),
  ];
  const title = vscode.l10n.t('How should the learning rate go on?');
  return (await showQuickPick(items, { title, ignoreFocusOut: true }))?.mode;
}

async function askForRate(state: RunState): Promise<number | undefined> {
  const column = mainRates(state);
  const now = column && column.length > 0 ? column.at(column.length - 1) : undefined;
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Learning rate from the next step on'),
    value: now === undefined ? '' : formatRate(now / 2),
    prompt: now === undefined ? '' : vscode.l10n.t('Now {0}.', formatRate(now)),
    ignoreFocusOut: true,
    validateInput: (input) =>
      Number(input) > 0 && Number.isFinite(Number(input))
        ? undefined
        : vscode.l10n.t('A number above 0 is expected.'),
  });
  return text === undefined ? undefined : Number(text);
}

/** A modal with a line for each group; a value far above the plan is a warning. */
async function confirm({ preview, tooHigh }: ForeseenLr): Promise<boolean> {
  const set = tooHigh ? vscode.l10n.t('Set It All the Same') : vscode.l10n.t('Set Learning Rate');
  const options = { modal: true, detail: previewText(preview) };
  const question = tooHigh
    ? vscode.l10n.t(
        '{0} is more than ten times the highest planned learning rate, {1}. Set it?',
        formatRate(tooHigh.value),
        formatRate(tooHigh.highest),
      )
    : vscode.l10n.t('Change the learning rate from step {0} on?', formatCount(preview.step));
  const ask = tooHigh ? showWarningMessage : showInformationMessage;
  return (await ask(question, options, set)) === set;
}

/** Groups that get the same rates share a paragraph. */
function previewText({ rows }: LrPreview): string {
  const shown = ({ before, after }: LrPair): string =>
    vscode.l10n.t('{0} (was {1})', formatRate(after), formatRate(before));
  const alike = new Map<string, (typeof rows)[number] & { groups: readonly string[] }>();
  for (const row of rows) {
    const key = JSON.stringify({ ...row, group: '' });
    alike.set(key, { ...row, groups: [...(alike.get(key)?.groups ?? []), row.group] });
  }
  return [...alike.values()]
    .map(({ groups, next, warmupEnd, peak, end }) =>
      [
        vscode.l10n.t('{0}: next step {1}', groups.join(', '), shown(next)),
        ...(warmupEnd ? [vscode.l10n.t('end of warm-up {0}', shown(warmupEnd))] : []),
        vscode.l10n.t('peak {0}', shown(peak)),
        vscode.l10n.t('end {0}', shown(end)),
      ].join(', '),
    )
    .join('\n\n');
}
