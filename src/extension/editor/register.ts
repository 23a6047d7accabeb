import path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../services';
import { ExperimentCompletion } from './completion';
import { ExperimentDiagnostics } from './diagnostics';
import { EXPERIMENT_SELECTOR } from './experiment-files';
import { ScheduleHover } from './hover';
import { ScheduleHints } from './inlay-hints';
import { ExperimentLens } from './lens';
import { PythonHover } from './python-hover';
import { ProblemFixes } from './quick-fixes';

export function registerEditorFeatures(services: Services): vscode.Disposable[] {
  const lens = new ExperimentLens(services);
  const hints = new ScheduleHints();
  const diagnostics = new ExperimentDiagnostics(services);
  const python = new PythonHover(services, path.join(services.context.extensionUri.fsPath, 'dist'));
  return [
    lens,
    hints,
    diagnostics,
    python,
    vscode.languages.registerHoverProvider({ scheme: 'file', language: 'python' }, python),
    vscode.languages.registerCompletionItemProvider(
      EXPERIMENT_SELECTOR,
      new ExperimentCompletion(),
      ':',
      ' ',
    ),
    vscode.languages.registerCodeLensProvider(EXPERIMENT_SELECTOR, lens),
    vscode.languages.registerHoverProvider(EXPERIMENT_SELECTOR, new ScheduleHover(services)),
    vscode.languages.registerInlayHintsProvider(EXPERIMENT_SELECTOR, hints),
    vscode.languages.registerCodeActionsProvider(EXPERIMENT_SELECTOR, new ProblemFixes(diagnostics), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  ];
}
