import path from 'node:path';
import * as vscode from 'vscode';
import type { RunSummary } from '../../engine/runs/list-runs';
import { stateLabel } from '../../protocol/dashboard/run-facts';
import { isOutOfReach } from '../../run/kind';
import { FINAL_STATES } from '../../run/state-names';
import { showInformationMessage, showQuickPick } from '../notices';
import type { Services } from '../services';

/** The run, checkpoint or config that a button, a tree item or a page names. */
export type RunTarget = { readonly dir: string; readonly epoch?: number };

export type RunFilter = (run: RunSummary) => boolean;
export const isLive: RunFilter = (run) => !FINAL_STATES.has(run.presence.state);
/** Has ended, or is kept by a machine, container or boot that may be gone. */
export const isEnded: RunFilter = ({ presence: { state, where }, run }) =>
  FINAL_STATES.has(state) || isOutOfReach(run, where);

/** The chosen run: the one named, the only one that fits, or the one picked. */
export async function pickRun(
  services: Services,
  target: RunTarget | undefined,
  filter: RunFilter,
  title: string,
): Promise<string | undefined> {
  if (target) return target.dir;
  const runs = services.runs.runs.filter((run) => filter(run) && !run.meta.archived);
  if (runs.length === 0) {
    void showInformationMessage(vscode.l10n.t('There is no run to choose.'));
    return undefined;
  }
  if (runs.length === 1) return runs[0].dir;
  const current = services.runs.current?.dir;
  const items = runs
    .map((run) => ({
      label: run.meta.title ?? run.name,
      description: stateLabel(run.presence.state, services.t, run.run),
      detail: vscode.workspace.asRelativePath(path.dirname(run.dir)),
      dir: run.dir,
    }))
    .sort((a, b) => Number(b.dir === current) - Number(a.dir === current));
  return (await showQuickPick(items, { title, matchOnDescription: true }))?.dir;
}
