import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { EngineSettings } from '../../domain/targets/target-keys';
import { checkTarget as findingsOf } from '../../engine/targets/check-target';
import type { TargetFinding } from '../../engine/targets/finding';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { targetReport } from './environment-report';
import { chooseTarget } from './pick-target';

/** What a cluster offers, as a page that can be read and copied; a job of a second is run there. */
export async function checkTarget(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const folder = folderInUse();
  const target = await chooseTarget(folder, { title: vscode.l10n.t('Check which cluster?') });
  if (!target) return;
  if (target.kind === 'local') {
    await vscode.commands.executeCommand('pitwall.checkEnvironment');
    return;
  }
  const title = vscode.l10n.t('Checking {0}', target.name);
  const place = { location: vscode.ProgressLocation.Window, title };
  const findings = await vscode.window.withProgress(place, () => examine(services, target, folder));
  await services.reports.show('Cluster.md', targetReport(target.name, findings, services.t));
}

/** Of the file that is open, whose experiments a target would train. */
function folderInUse(): string {
  const active = vscode.window.activeTextEditor?.document;
  if (active?.uri.scheme === 'file') return path.dirname(active.fileName);
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? os.homedir();
}

async function examine({ host }: Services, target: EngineSettings, folder: string): Promise<TargetFinding[]> {
  const runs = target.runs ?? path.join(folder, 'runs');
  const found: TargetFinding[] = [];
  for await (const finding of findingsOf(target, { installDir: host().installDir, runs }))
    found.push(finding);
  return found;
}
