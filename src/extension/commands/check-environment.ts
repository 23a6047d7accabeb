import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { toError } from '../../base/async';
import { wordsOf } from '../../base/worded-error';
import { say } from '../../base/words';
import { readVisibleCards } from '../../dataset/nvidia-smi';
import { formatBytes } from '../../domain/display/format';
import { type PythonReport, probePythons, probeTorch, pythonPlaces } from '../../engine/python/find';
import { setUpPython } from '../../engine/python/set-up';
import { startValidator } from '../../engine/validator-process';
import type { DeviceReport } from '../../protocol/validator';
import { showInformationMessage, showWarningMessage } from '../notices';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { translate, withCancel } from '../window';
import { environmentReport } from './environment-report';
import { activeInterpreter, interpreterFor, MissingPython } from './interpreter';

/** What this machine can validate and train on, and why not on the rest; as a page that can be read and copied. */
export async function checkEnvironment(services: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const title = vscode.l10n.t('Checking devices');
  const place = { location: vscode.ProgressLocation.Window, title };
  const { text, missing } = await vscode.window.withProgress(place, () => examine(services));
  await services.reports.show('Pitwall.md', text);
  if (missing.length > 0) offerSetUp(missing);
}

type Missing = 'python' | 'cuda';

/** The page names commands; what is missing is one press away. */
function offerSetUp(missing: readonly Missing[]): void {
  const offers: Readonly<Record<Missing, readonly [button: string, command: string]>> = {
    python: [vscode.l10n.t('Set Up Python Environment'), 'pitwall.setUpPython'],
    cuda: [vscode.l10n.t('Install GPU Runtime'), 'pitwall.installGpuRuntime'],
  };
  const shown = missing.map((each) => offers[each]);
  const message = vscode.l10n.t('Pitwall can set up what is missing here.');
  void showInformationMessage(message, ...shown.map(([button]) => button)).then((choice) => {
    const chosen = shown.find(([button]) => button === choice);
    if (chosen) void vscode.commands.executeCommand(chosen[1]);
  });
}

async function examine(
  services: Services,
): Promise<{ readonly text: string; readonly missing: readonly Missing[] }> {
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? os.homedir();
  const [devices, pythons, ultralytics, cards] = await Promise.all([
    askDevices(services),
    findPythons(cwd),
    askUltralytics(cwd),
    readVisibleCards(),
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
  // A code span, so that paths are not read as markup.
  const text = `${report.trimEnd()}\n\nUltralytics: \`${ultralytics.text.replaceAll('`', "'")}\`\n`;
  const missing: Missing[] = ultralytics.isMissing ? ['python'] : [];
  if (cards.length > 0 && lacksCuda(devices)) missing.push('cuda');
  return { text, missing };
}

const lacksCuda = (devices: readonly DeviceReport[] | string): boolean =>
  typeof devices !== 'string' && !devices.some(({ provider, available }) => provider === 'cuda' && available);

/** A validator that cannot even start is a result, not a failure of the command. */
async function askDevices({ host }: Services): Promise<readonly DeviceReport[] | string> {
  const validator = startValidator(host());
  try {
    return await validator.devices();
  } catch (error) {
    return say(wordsOf(error), translate);
  } finally {
    await validator.stop();
  }
}

const findPythons = (cwd: string): Promise<readonly PythonReport[]> =>
  probePythons(pythonPlaces(cwd, process.env));

/** The interpreter that a run would use and what its torch computes on, or the one line that says what is missing. */
async function askUltralytics(cwd: string): Promise<{ readonly text: string; readonly isMissing: boolean }> {
  try {
    const python = (await interpreterFor({ trainer: 'ultralytics' }, cwd)) ?? '';
    return { text: `${python}: ${await probeTorch(python)}`, isMissing: false };
  } catch (error) {
    return { text: say(wordsOf(error), translate), isMissing: error instanceof MissingPython };
  }
}

/** A virtual environment for Ultralytics in the workspace, with the user's consent: it downloads several GB. */
export async function setUpPythonEnvironment({ log }: Services): Promise<void> {
  if (!(await requireTrust())) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder === undefined)
    throw new Error(vscode.l10n.t('Open a folder first: the environment is made in it.'));
  const dir = path.join(folder, '.venv');
  if (!(await isMeant(dir))) return;
  const basePython =
    (await activeInterpreter(folder)) ?? (process.platform === 'win32' ? 'python' : 'python3');
  try {
    const python = await withCancel(vscode.l10n.t('Setting up Python'), (report, signal) => {
      const onLine = (line: string): void => {
        log.info(line);
        report(line);
      };
      return setUpPython({ dir, basePython, onLine, signal });
    });
    await vscode.workspace
      .getConfiguration('pitwall')
      .update('python', python, vscode.ConfigurationTarget.Workspace);
    void showInformationMessage(vscode.l10n.t('Python is ready for Ultralytics: {0}', python));
  } catch (error) {
    const { message } = toError(error);
    throw new Error(vscode.l10n.t('The Python environment could not be made: {0}', message), {
      cause: error,
    });
  }
}

async function isMeant(dir: string): Promise<boolean> {
  const setUp = vscode.l10n.t('Set Up');
  const question = vscode.l10n.t('Install torch, ultralytics and onnx into {0}?', dir);
  const detail = vscode.l10n.t('pip downloads several GB from the package index that it is configured for.');
  return (await showWarningMessage(question, { modal: true, detail }, setUp)) === setUp;
}
