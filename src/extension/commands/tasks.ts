import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { oncePerKey } from '../../base/async';
import { visible } from '../../base/visible';
import { parseExperiment } from '../../domain/experiment/parse';
import { parseSweep } from '../../domain/sweep/parse-sweep';
import { LOCAL_SETTINGS } from '../../domain/targets/target-keys';
import { nodeOf } from '../../engine/process/run-environment';
import { MOST_BYTES } from '../../run/folder/bounds';
import { readText } from '../../run/folder/read-file';
import type { Services } from '../services';
import { choiceFor, interpreterFor, MissingPython, type PythonOfFolder } from './interpreter';

/** A task of tasks.json: the file that it trains or searches, and the target that keeps the runs. */
export type PitwallTask = {
  readonly kind: 'train' | 'sweep';
  readonly uri: vscode.Uri;
  readonly target?: string | undefined;
};

const MOST_FILES = 200;

/** `pitwall train` or `pitwall sweep` in a terminal of its own. Closing it ends no run. */
export function pitwallTask(
  { host }: Services,
  { kind, uri, target = LOCAL_SETTINGS.name }: PitwallTask,
  python: string | undefined,
): vscode.Task {
  const { installDir, nodePath } = host();
  const node = nodeOf(nodePath);
  const file = uri.fsPath;
  const isHere = target === LOCAL_SETTINGS.name;
  // A target of a project that was not approved is refused by the command itself.
  const args = [path.join(installDir, 'cli.js'), kind, file, ...(isHere ? [] : ['--target', target])];
  const execution = new vscode.ProcessExecution(node.program, args, {
    cwd: path.dirname(file),
    env: { ...node.env, ...(python !== undefined && { PITWALL_PYTHON: python }) },
  });
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const name = `${kind} ${vscode.workspace.asRelativePath(uri)}`;
  const shown = folder ? vscode.workspace.asRelativePath(uri, false) : file;
  const definition = { type: 'pitwall', [kind]: shown, ...(!isHere && { target }) };
  const scope = folder ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task(definition, scope, name, 'pitwall', execution, []);
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
  return task;
}

/** The interpreter that the trainer of a file takes; undefined for one that needs none. */
export async function pythonOfFile(
  experimentFile: string,
  choose?: PythonOfFolder,
): Promise<string | undefined> {
  const text = await readText(experimentFile, { most: MOST_BYTES.yaml, links: 'follow' });
  const { draft } = parseExperiment(text, { file: experimentFile });
  return interpreterFor(draft, path.dirname(experimentFile), choose);
}

/** A task for each experiment and sweep of the workspace; none if it is not trusted. */
export async function listTasks(services: Services): Promise<vscode.Task[]> {
  if (!vscode.workspace.isTrusted) return [];
  const exclude = '**/{node_modules,.git,.venv,runs}/**';
  const find = (kind: PitwallTask['kind']) =>
    vscode.workspace.findFiles(`**/*.${kind}.{yaml,yml}`, exclude, MOST_FILES);
  const [experiments, sweeps] = await Promise.all([find('train'), find('sweep')]);
  const named = [
    ...experiments.map((uri) => ({ kind: 'train', uri }) as const),
    ...sweeps.map((uri) => ({ kind: 'sweep', uri }) as const),
  ];
  // One folder may have many experiments, and each question may start interpreters.
  const choose = oncePerKey(choiceFor);
  return Promise.all(named.map((task) => taskWithPython(services, task, choose)));
}

/** What a task of tasks.json does. One that cannot be done says why in a line of its terminal, and ends with 1. */
export async function resolveTask(services: Services, task: vscode.Task): Promise<vscode.Task> {
  const named = await namedBy(task);
  const { execution } =
    typeof named === 'string' ? { execution: refusing(named) } : await taskWithPython(services, named);
  const { definition, scope = vscode.TaskScope.Workspace, name } = task;
  // The editor knows it again by its definition.
  return new vscode.Task(definition, scope, name, 'pitwall', execution, []);
}

/** The file that a task names, or why it is refused: a person wrote it by hand, or a stranger did. */
async function namedBy({ definition, scope }: vscode.Task): Promise<PitwallTask | string> {
  if (!vscode.workspace.isTrusted)
    return vscode.l10n.t('Pitwall starts nothing in a workspace that is not trusted. Runs can be viewed.');
  const kind = (['train', 'sweep'] as const).find((key) => textOf(definition[key]) !== undefined);
  const file = kind && textOf(definition[kind]);
  if (kind === undefined || file === undefined)
    return vscode.l10n.t('This task names no file: give it "train" or "sweep".');
  const uri = placeOf(file, scope);
  const refusal = await refusalOf(uri);
  return refusal ?? { kind, uri, target: textOf(definition.target) };
}

/** Relative to the folder of the tasks.json that names it. */
function placeOf(file: string, scope: vscode.Task['scope']): vscode.Uri {
  const folder = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
  return path.isAbsolute(file) || !folder ? vscode.Uri.file(file) : vscode.Uri.joinPath(folder.uri, file);
}

async function refusalOf(uri: vscode.Uri): Promise<string | undefined> {
  if (!vscode.workspace.getWorkspaceFolder(uri))
    return vscode.l10n.t('{0} is outside of the open folders: this task starts nothing.', uri.fsPath);
  const isFile = await stat(uri.fsPath).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile ? undefined : vscode.l10n.t('{0}: no such file. This task starts nothing.', uri.fsPath);
}

/** A terminal that says a line and ends with 1, so that what depends on the task does not run either. */
function refusing(line: string): vscode.CustomExecution {
  return new vscode.CustomExecution(async () => {
    const written = new vscode.EventEmitter<string>();
    const ended = new vscode.EventEmitter<number>();
    return {
      onDidWrite: written.event,
      onDidClose: ended.event,
      open: () => {
        written.fire(`${visible(line)}\r\n`);
        ended.fire(1);
      },
      close: () => {
        written.dispose();
        ended.dispose();
      },
    };
  });
}

/** A key of a task that a person wrote. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** What is wrong with a file, or the Python that it lacks, is said by the command itself, in its terminal. */
async function taskWithPython(
  services: Services,
  task: PitwallTask,
  choose?: PythonOfFolder,
): Promise<vscode.Task> {
  const python = await pythonOf(task, choose).catch((error: unknown) => {
    if (!(error instanceof MissingPython)) services.log.info(`${task.uri.fsPath}: ${String(error)}`);
    return undefined;
  });
  return pitwallTask(services, task, python);
}

async function pythonOf({ kind, uri }: PitwallTask, choose?: PythonOfFolder): Promise<string | undefined> {
  if (kind === 'train') return pythonOfFile(uri.fsPath, choose);
  const text = await readText(uri.fsPath, { most: MOST_BYTES.yaml, links: 'follow' });
  const { sweep } = parseSweep(text, path.basename(uri.fsPath));
  return sweep && pythonOfFile(path.resolve(path.dirname(uri.fsPath), sweep.experiment), choose);
}
