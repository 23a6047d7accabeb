import type * as vscode from 'vscode';
import type { Services } from '../services';
import { setting } from '../window';
import { launchRun, prepareRun } from './prepare-run';

/** From the palette, the lens, a menu or a button: checks what can be checked, starts the run, opens its dashboard. */
export async function startTraining(services: Services, uri: vscode.Uri | undefined): Promise<void> {
  const prepared = await prepareRun(services, uri);
  if (!prepared) return;
  const run = await launchRun(services, prepared);
  if (!run || !setting('openDashboardOnStart', true)) return;
  await services.dashboards.open(
    { kind: 'run', dir: run.dir },
    { kind: 'preview', file: prepared.document.fileName },
  );
}
