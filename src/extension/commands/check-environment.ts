import os from 'node:os';
import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { formatBytes } from '../../domain/display/format';
import { type PythonReport, probePythons, probeTorch, pythonPlaces } from '../../engine/python/find';
import { startValidator } from '../../engine/validator-process';
import type { DeviceReport } from '../../protocol/validator';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { environmentReport } from './environment-report';
import { interpreterFor } from './interpreter';

/** What this machine can validate and train on, and why not on the rest; as a page that can be read and copied. */
export async function checkEnvironment(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const title = vscode.l10n.t('Looking at devices');
  const place = { location: vscode.ProgressLocation.Window, title };
  const text = await vscode.window.withProgress(place, () => examine(services));
  await services.reports.show('Pitwall.md', text);
}

async function examine(services: Services): Promise<string> {
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? os.homedir();
  const [devices, pythons, ultralytics] = await Promise.all([
    askDevices(services),
    findPythons(cwd),
    askUltralytics(cwd),
  ]);
  const { version, t } = services;
  const cpu = os.cpus();
  const machine = [
    `Pitwall ${version}`,
    `VS Code ${vscode.version}`,
    `Node ${process.versions.node}`,
    `${process.platform}-${process.arch}`,
    `${cpu.length} x ${cpu[0]?.model.trim() ?? '?'}`,
    formatBytes(os.totalmem()),
  ];
  const report = environmentReport({ machine: machine.join(', '), devices, pythons }, t);
  // A code span, for paths are no markup.
  return `${report.trimEnd()}\n\nUltralytics: \`${ultralytics.replaceAll('`', "'")}\`\n`;
}

/** A validator that cannot even start is a finding, not a failure of the command. */
async function askDevices({ host }: Services): Promise<readonly DeviceReport[] | string> {
  const validator = startValidator(host());
  try {
    return await validator.devices();
  } catch (error) {
    return toError(error).message;
  } finally {
    await validator.stop();
  }
}

const findPythons = (cwd: string): Promise<readonly PythonReport[]> =>
  probePythons(pythonPlaces(cwd, process.env), cwd);

/** The interpreter that a run would take and what its torch computes on, or the one line that says what is missing. */
async function askUltralytics(cwd: string): Promise<string> {
  try {
    const python = (await interpreterFor('ultralytics', cwd)) ?? '';
    return `${python}: ${await probeTorch(python)}`;
  } catch (error) {
    return toError(error).message;
  }
}
