import path from 'node:path';
import * as vscode from 'vscode';
import { type CommandSubject, commandLines, platformOfShell } from '../../engine/control/command-lines';
import type { RunSummary } from '../../engine/runs/list-runs';
import { runLink, runOfLink } from '../../engine/runs/run-link';
import { isSweepFile } from '../editor/experiment-files';
import { setStatusBarMessage, showErrorMessage, showQuickPick } from '../notices';
import type { Services } from '../services';
import { pickExperiment } from './pick-experiment';
import { isLive, pickRun, type RunTarget } from './targets';

/** What the terminal calls an action on a run or a file, to be pasted: as it is, with every path quoted for the user's shell. */
export async function copyCommandLine(
  services: Services,
  on: RunTarget | vscode.Uri | undefined,
): Promise<void> {
  const subject = await subjectOf(services, on);
  if (!subject) return;
  const platform = platformOfShell(vscode.env.shell, process.platform);
  const lines = commandLines(subject, platform);
  const title = vscode.l10n.t('Copy as Command Line');
  const line = (
    await showQuickPick(
      lines.map((label) => ({ label })),
      { title },
    )
  )?.label;
  if (line === undefined) return;
  await vscode.env.clipboard.writeText(line);
  setStatusBarMessage(vscode.l10n.t('Copied: {0}', line), 3000);
}

async function subjectOf(
  services: Services,
  on: RunTarget | vscode.Uri | undefined,
): Promise<CommandSubject | undefined> {
  if (on && 'dir' in on) {
    const summary = services.runs.runs.find(({ dir }) => dir === on.dir);
    return summary && subjectOfRun(summary);
  }
  return subjectOfFile(services, on);
}

async function subjectOfFile(
  services: Services,
  named: vscode.Uri | undefined,
): Promise<CommandSubject | undefined> {
  const shown = named ?? vscode.window.activeTextEditor?.document.uri;
  if (shown && isSweepFile({ fileName: shown.fsPath, uri: shown }))
    return { kind: 'sweep', file: shown.fsPath };
  const uri = await pickExperiment(services, named);
  return uri && { kind: 'experiment', file: uri.fsPath };
}

function subjectOfRun(summary: RunSummary): CommandSubject {
  const { dir, run, meta } = summary;
  const standing = meta.archived ? 'archived' : isLive(summary) ? 'live' : 'ended';
  return { kind: 'run', dir, standing, experiment: path.resolve(run.cwd, run.experiment.file) };
}

export async function copyRunLink(services: Services, target: RunTarget | undefined): Promise<void> {
  const dir = await pickRun(services, target, () => true, vscode.l10n.t('Copy a link to'));
  const summary = services.runs.runs.find((run) => run.dir === dir);
  if (!summary) return;
  const link = runLink(vscode.env.uriScheme, services.context.extension.id, summary.run.id);
  await vscode.env.clipboard.writeText(link);
  setStatusBarMessage(vscode.l10n.t('Copied: {0}', link), 3000);
}

/** Opens the dashboard of a run of this window; a link that names anything else is refused in one line. */
export async function openLink(services: Services, link: vscode.Uri): Promise<void> {
  // A link may have started the editor: its runs are not listed yet.
  await services.runs.discover();
  const run = runOfLink(link, services.runs.runs);
  if (run) return services.dashboards.open({ kind: 'run', dir: run.dir });
  void showErrorMessage(vscode.l10n.t('The run of this link is not in an open folder.'));
}
