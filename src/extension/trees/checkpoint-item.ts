import path from 'node:path';
import * as vscode from 'vscode';
import { metricNames } from '../../domain/run/task';
import { checkpointRows } from '../../protocol/dashboard/checkpoint-rows';
import type { CheckpointRow } from '../../protocol/dashboard/types';
import { explainedTooltip } from '../notices';
import type { SharedRun } from '../run/open-runs';

export type CheckpointItem = {
  readonly dir: string;
  readonly epoch: number;
  readonly row: CheckpointRow;
  readonly task: string | undefined;
};

/** A tree of thousands is of no use; the dashboard has them all. */
const NEWEST = 100;

/** Newest first. */
export function checkpointItems(run: SharedRun): CheckpointItem[] {
  const input = run.input();
  const task = input.state.plan?.task;
  return checkpointRows(input, NEWEST).map((row) => ({ dir: run.dir, epoch: row.epoch, row, task }));
}

export function checkpointTreeItem({ dir, epoch, row, task }: CheckpointItem): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('epoch {0}', epoch));
  item.id = `${path.basename(dir)} ${epoch}`;
  // Only the number fits beside the name; its meaning is in the tooltip.
  item.description = row.map === '' ? row.verdict.text : [row.map, row.change].join('  ');
  item.iconPath = new vscode.ThemeIcon(...iconOf(row));
  item.tooltip = tooltipOf(row, metricNames(task));
  item.accessibilityInformation = {
    label: [item.label, row.map, row.verdict.text, row.kept.text].join(', '),
  };
  const kept = row.actions.length > 0;
  const pinned = row.actions.some((action) => action.id === 'unpin');
  item.contextValue = kept ? (pinned ? 'checkpoint.pinned' : 'checkpoint.kept') : 'checkpoint.gone';
  return item;
}

/** With a way to the paragraph on the verdict; what comes from a run is text, never markup. */
function tooltipOf(
  { map, map50, verdict, kept }: CheckpointRow,
  [name, name50]: readonly string[],
): vscode.MarkdownString {
  const parts = [`${name} ${map || '–'}, ${name50} ${map50 || '–'}`, verdict.text, kept.text];
  const text = parts.filter((part) => part !== '').join('\n');
  return explainedTooltip(text, map === '' ? undefined : 'best-checkpoint');
}

function iconOf(row: CheckpointRow): [string, vscode.ThemeColor?] {
  if (row.best) return ['star-full', new vscode.ThemeColor('charts.yellow')];
  if (row.busy) return ['sync~spin'];
  if (row.verdict.tone === 'bad') return ['error', new vscode.ThemeColor('testing.iconFailed')];
  if (row.actions.some((action) => action.id === 'unpin')) return ['pinned'];
  return row.actions.length > 0
    ? ['circle-filled']
    : ['circle-outline', new vscode.ThemeColor('disabledForeground')];
}
