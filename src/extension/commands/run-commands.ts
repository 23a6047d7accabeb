import path from 'node:path';
import * as vscode from 'vscode';
import { formatMetric } from '../../domain/display/format';
import { metricNames } from '../../domain/run/task';
import { checkpointRows } from '../../protocol/dashboard/checkpoint-rows';
import { headerOf } from '../../protocol/dashboard/header';
import { RUN_TAG } from '../../run/files';
import { readChanges } from '../../run/folder/changes';
import { runPaths } from '../../run/folder/paths';
import { openToRead } from '../../run/folder/read-file';
import { isOwnRun } from '../../run/folder/signature';
import { readMeta, updateMeta } from '../../run/folder/whole-file';
import { setStatusBarMessage, showInformationMessage, showQuickPick } from '../notices';
import type { SharedRun } from '../run/open-runs';
import type { Services } from '../services';
import { mayAct } from '../trust';
import { openReport } from './report';
import { isEnded, pickRun, type RunTarget } from './targets';

type MaybeRun = RunTarget | undefined;
const anyRun = (): boolean => true;

export async function revealRun(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Reveal the folder of'));
  if (dir === undefined) return;
  // A remote machine has no desktop to show it on; the explorer of the editor shows it everywhere.
  const command = vscode.env.remoteName === undefined ? 'revealFileInOS' : 'revealInExplorer';
  await vscode.commands.executeCommand(command, vscode.Uri.file(runPaths(dir).run));
}

export async function showRunLog(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Show the log of'));
  if (dir === undefined) return;
  const { stdout } = runPaths(dir);
  // The editor follows links and waits for pipes. Throws for what is not a file of the run.
  await (await openToRead(stdout)).close();
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(stdout));
  await vscode.window.showTextDocument(document, { preview: true });
}

/** A patch in the editor's colours for one; its file may be another by the time that the editor opens it. */
export async function showRunChanges(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Show the code changes of'));
  if (dir === undefined) return;
  const content = await readChanges(dir);
  const document = await vscode.workspace.openTextDocument({ language: 'diff', content });
  await vscode.window.showTextDocument(document, { preview: true });
}

/** The file that the run was started from, as it is now. */
export async function openExperiment(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Open the experiment of'));
  const run = services.runs.runs.find((one) => one.dir === dir)?.run;
  if (dir === undefined || run === undefined) return;
  const file = vscode.Uri.file(path.resolve(run.cwd, run.experiment.file));
  // The path is one that run.json names: of a stranger's, any file of this machine, or of one that learns who asks.
  const isPlain = vscode.workspace.getWorkspaceFolder(file) !== undefined || (await isOwnRun(dir));
  if (!isPlain && !(await mayAct(dir))) return;
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
}

/** A few lines for a chat or a lab book. */
export async function copySummary(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Copy the summary of'));
  if (dir === undefined) return;
  const run = await services.runs.acquire(dir);
  const text = summaryOf(run);
  run.release();
  await vscode.env.clipboard.writeText(text);
  setStatusBarMessage(vscode.l10n.t('Copied: {0}', path.basename(dir)), 3000);
}

export function summaryOf(run: SharedRun): string {
  const input = run.input();
  const { name, stateLabel, facts } = headerOf(input);
  const { state } = input;
  const best = state.best && state.validations.get(state.best.epoch);
  const [map, map50] = metricNames(state.plan?.task);
  const rows = checkpointRows(input).filter((row) => row.map !== '');
  return [
    `${name}: ${stateLabel}, ${facts.join(', ')}`,
    ...(best
      ? [`best: epoch ${best.epoch}, ${map} ${formatMetric(best.map)}, ${map50} ${formatMetric(best.map50)}`]
      : []),
    ...(state.run?.git
      ? [`git: ${state.run.git.commit}${state.run.git.dirty ? ' (with changes)' : ''}`]
      : []),
    '',
    `| epoch | ${map} | ${map50} | |`,
    '|---:|---:|---:|---|',
    ...rows.map(
      (row) => `| ${row.epoch}${row.best ? ' ★' : ''} | ${row.map} | ${row.map50} | ${row.verdict.text} |`,
    ),
    '',
  ].join('\n');
}

export async function renameRun(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Rename'));
  if (dir === undefined || !(await mayAct(dir))) return;
  const known = services.runs.runs.find((run) => run.dir === dir);
  const title = await vscode.window.showInputBox({
    title: vscode.l10n.t('Title of the run'),
    value: known?.meta.title ?? path.basename(dir),
    prompt: vscode.l10n.t('The folder keeps its name.'),
  });
  if (title === undefined) return;
  await updateMeta(dir, { title: title.trim() === '' ? path.basename(dir) : title.trim() });
  await services.runs.refresh();
}

/** Notes and tags are the user's own words on a run; lists and reports show them. */
export async function editNotes(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Write a note on'));
  if (dir === undefined || !(await mayAct(dir))) return;
  const { notes = '' } = await readMeta(dir);
  const title = vscode.l10n.t('Note on {0}', path.basename(dir));
  const prompt = vscode.l10n.t('{0} begins a new line.', NEW_LINE);
  const value = notes.replaceAll('\n', ` ${NEW_LINE} `);
  const text = await vscode.window.showInputBox({ title, prompt, value });
  if (text === undefined) return;
  await updateMeta(dir, { notes: text.trim().replace(LINE_END, '\n') });
  await services.runs.refresh();
}

/** An input box has one line; a note may have several. */
const NEW_LINE = '⏎';
const LINE_END = /[^\S\n]*⏎[^\S\n]*/g;

export async function editTags(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, anyRun, vscode.l10n.t('Tag'));
  if (dir === undefined || !(await mayAct(dir))) return;
  const { tags = [] } = await readMeta(dir);
  const title = vscode.l10n.t('Tags of {0}', path.basename(dir));
  const prompt = vscode.l10n.t('Words with a space or comma between them.');
  const text = await vscode.window.showInputBox({ title, prompt, value: tags.join(' ') });
  if (text === undefined) return;
  const words = text.split(/[\s,]+/).filter((word) => RUN_TAG.test(word));
  await updateMeta(dir, { tags: [...new Set(words)] });
  await services.runs.refresh();
}

/** Hidden from the list, not deleted: the folder stays as it is. */
export async function archiveRun(services: Services, target: MaybeRun): Promise<void> {
  const dir = await pickRun(services, target, isEnded, vscode.l10n.t('Archive'));
  if (dir === undefined || !(await mayAct(dir))) return;
  await updateMeta(dir, { archived: true });
  await services.runs.refresh();
  const restore = vscode.l10n.t('Restore');
  const message = vscode.l10n.t('{0} is archived; its folder is untouched.', path.basename(dir));
  if ((await showInformationMessage(message, restore)) === restore) {
    await restoreRun(services, { dir });
  }
}

export async function restoreRun(services: Services, target: MaybeRun): Promise<void> {
  const archived = services.runs.runs.filter((run) => run.meta.archived);
  const items = archived.map((run) => ({ label: run.meta.title ?? run.name, dir: run.dir }));
  const title = vscode.l10n.t('Restore');
  const dir = target?.dir ?? (await showQuickPick(items, { title }))?.dir;
  if (dir === undefined || !(await mayAct(dir))) return;
  await updateMeta(dir, { archived: false });
  await services.runs.refresh();
}

/**
 * Two runs in one dashboard: the two that are selected in the tree, else the first named or picked, the second picked.
 * More than two are a report.
 */
export async function compareRuns(
  services: Services,
  target: RunTarget | undefined,
  selected: readonly RunTarget[] = [],
): Promise<void> {
  const [first, second, ...others] = selected;
  if (others.length > 0) return openReport(services, selected);
  if (first && second) {
    await services.dashboards.open({ kind: 'compare', dir: first.dir, with: second.dir });
    return;
  }
  const dir = await pickRun(services, target, () => true, vscode.l10n.t('Compare which run?'));
  if (dir === undefined) return;
  const candidates = services.runs.runs.filter((run) => run.dir !== dir && !run.meta.archived);
  if (candidates.length === 0) {
    void showInformationMessage(vscode.l10n.t('There is no second run to compare with.'));
    return;
  }
  const items = candidates.map((run) => ({ label: run.meta.title ?? run.name, dir: run.dir }));
  const title = vscode.l10n.t('Compare with which run?');
  const other = await showQuickPick(items, { title, ignoreFocusOut: true });
  if (other) await services.dashboards.open({ kind: 'compare', dir, with: other.dir });
}
