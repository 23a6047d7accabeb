import * as vscode from 'vscode';
import { visibleLines } from '../base/visible';
import { validatorText } from '../protocol/alert-text';
import { FINAL_STATES } from '../run/state-names';
import { MetricsView } from './pages/metrics-view';
import type { Services } from './services';
import { CheckpointsTree } from './trees/checkpoints-tree';
import { type RunItem, RunsTree, type TreeEntry } from './trees/runs-tree';
import { translate } from './window';

/** pitwall.hasRuns and pitwall.running, for menus and welcome views. */
export function followContextKeys({ runs }: Services): vscode.Disposable {
  const update = (): void => {
    const shown = runs.runs.filter((run) => !run.meta.archived);
    const isRunning = shown.some((run) => !FINAL_STATES.has(run.presence.state));
    void vscode.commands.executeCommand('setContext', 'pitwall.hasRuns', shown.length > 0);
    void vscode.commands.executeCommand('setContext', 'pitwall.running', isRunning);
  };
  update();
  return runs.onDidChange(update);
}

/** The three views of the activity bar's container. */
export function registerViews(services: Services): vscode.Disposable[] {
  const runs = new RunsTree(services);
  const checkpoints = new CheckpointsTree(services);
  const runsView = vscode.window.createTreeView('pitwall.runs', {
    treeDataProvider: runs,
    canSelectMany: true,
    dragAndDropController: compareByDropping,
  });
  return [
    runs,
    checkpoints,
    runsView,
    followTrouble(runsView, services),
    vscode.window.registerTreeDataProvider('pitwall.checkpoints', checkpoints),
    vscode.window.registerWebviewViewProvider('pitwall.metrics', new MetricsView(services)),
  ];
}

const DRAGGED = 'application/vnd.code.tree.pitwall.runs';

/** A run that is dropped on another one is compared with it. */
const compareByDropping: vscode.TreeDragAndDropController<TreeEntry> = {
  dragMimeTypes: [DRAGGED],
  dropMimeTypes: [DRAGGED],
  handleDrag(entries, data) {
    const runs = entries.flatMap((entry) => (isRun(entry) ? [{ dir: entry.dir }] : []));
    data.set(DRAGGED, new vscode.DataTransferItem(runs));
  },
  async handleDrop(on, data) {
    const dragged: unknown = data.get(DRAGGED)?.value;
    if (!isRun(on) || !Array.isArray(dragged)) return;
    const others = dragged.filter(({ dir }) => dir !== on.dir);
    if (others.length === 0) return;
    const first = { dir: on.dir };
    await vscode.commands.executeCommand('pitwall.compareRuns', first, [first, ...others]);
  },
};

const isRun = (entry: TreeEntry | undefined): entry is RunItem => typeof entry === 'object' && 'dir' in entry;

function troubleOf({ status }: Services['runs']['runs'][number]): string | undefined {
  if (status === undefined) return undefined;
  return validatorText(status, translate) ?? (status.stalled ? vscode.l10n.t('Stalled') : undefined);
}

/** A number on the activity bar while live runs have trouble, visible from anywhere in the editor. */
function followTrouble(view: vscode.TreeView<unknown>, { runs }: Services): vscode.Disposable {
  const update = (): void => {
    const troubles = runs.runs.flatMap((run) => {
      const text = FINAL_STATES.has(run.presence.state) ? undefined : troubleOf(run);
      return text === undefined ? [] : [`${run.name}: ${text}`];
    });
    view.badge =
      troubles.length === 0
        ? undefined
        : { value: troubles.length, tooltip: visibleLines(troubles.join('\n')) };
  };
  update();
  return runs.onDidChange(update);
}
