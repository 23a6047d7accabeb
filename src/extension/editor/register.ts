import path from 'node:path';
import * as vscode from 'vscode';
import { once } from '../../base/async';
import type { Services } from '../services';
import { setting } from '../window';
import { ExperimentDiagnostics, ProblemFixes } from './diagnostics';
import { EXPERIMENT_SELECTOR, isTrainingConfig } from './experiment-files';
import { ExperimentLens } from './lens';

const { languages } = vscode;

/** What the editor requests in configs and in Python. Nothing is loaded for other texts. */
export function registerEditorFeatures(services: Services): vscode.Disposable[] {
  const lens = new ExperimentLens(services);
  const diagnostics = new ExperimentDiagnostics(services);
  return [
    lens,
    diagnostics,
    languages.registerCodeLensProvider(EXPERIMENT_SELECTOR, lens),
    languages.registerCodeActionsProvider(EXPERIMENT_SELECTOR, new ProblemFixes(diagnostics), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    registerCompletion(services),
    registerHover(services),
    registerPythonHover(services),
    ...registerHints(services),
  ];
}

const isWanted = (feature: string): boolean => setting(`${feature}.enabled`, true);

function registerCompletion({ load }: Services): vscode.Disposable {
  const provideCompletionItems: vscode.CompletionItemProvider['provideCompletionItems'] = async (
    document,
    position,
  ) => {
    if (!isWanted('completion') || !isTrainingConfig(document)) return [];
    const { experimentHelp } = await load(() => import('./experiment-help'));
    return experimentHelp.completions(document, position);
  };
  return languages.registerCompletionItemProvider(EXPERIMENT_SELECTOR, { provideCompletionItems }, ':', ' ');
}

function registerHover(services: Services): vscode.Disposable {
  const provideHover: vscode.HoverProvider['provideHover'] = async (document, position, token) => {
    if (!isWanted('hover') || !isTrainingConfig(document)) return undefined;
    const { experimentHelp } = await services.load(() => import('./experiment-help'));
    return experimentHelp.hover(services, document, position, token);
  };
  return languages.registerHoverProvider(EXPERIMENT_SELECTOR, { provideHover });
}

function registerPythonHover(services: Services): vscode.Disposable {
  const folder = path.join(services.context.extensionUri.fsPath, 'dist');
  const open = once(async () => {
    const { PythonHover } = await services.load(() => import('./python-hover'));
    return services.track(new PythonHover(services, folder));
  });
  const provideHover: vscode.HoverProvider['provideHover'] = async (document, position, token) => {
    if (!isWanted('pythonHover')) return undefined;
    return (await open()).provideHover(document, position, token);
  };
  return languages.registerHoverProvider({ scheme: 'file', language: 'python' }, { provideHover });
}

function registerHints({ load }: Services): vscode.Disposable[] {
  const changed = new vscode.EventEmitter<void>();
  const provideInlayHints: vscode.InlayHintsProvider['provideInlayHints'] = async (
    document,
    range,
    token,
  ) => {
    if (!isWanted('inlayHints') || !isTrainingConfig(document)) return [];
    const { experimentHelp } = await load(() => import('./experiment-help'));
    return experimentHelp.hints(document, range, token);
  };
  const provider = { onDidChangeInlayHints: changed.event, provideInlayHints };
  return [
    changed,
    vscode.workspace.onDidChangeConfiguration(() => changed.fire()),
    languages.registerInlayHintsProvider(EXPERIMENT_SELECTOR, provider),
  ];
}
