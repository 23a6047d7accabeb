import path from 'node:path';
import * as vscode from 'vscode';
import { once } from '../../base/async';
import { DisposableStore } from '../../base/disposable';
import { noticeText } from '../../base/visible';
import { FINAL_STATES } from '../../run/state-names';
import type { Services } from '../services';
import { setting } from '../window';
import { ExperimentDiagnostics, ProblemFixes } from './diagnostics';
import {
  EXPERIMENT_SELECTOR,
  isOtherFile,
  isTrainingConfig,
  SWEEP_SELECTOR,
  TARGETS_SELECTOR,
} from './experiment-files';

/** Above the first line of a config: start, preview, and its live run. */
class ExperimentLens implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #services: Services;
  readonly #changed = this.#store.track(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(services: Services) {
    this.#services = services;
    this.#store.track(services.runs.onDidChange(() => this.#changed.fire()));
    this.#store.track(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('pitwall.lens')) this.#changed.fire();
      }),
    );
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { uri } = document;
    if (!setting('lens.enabled', true) || !isTrainingConfig(document)) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (title: string, command: string, argument: unknown): vscode.CodeLens =>
      new vscode.CodeLens(top, { title, command, arguments: [argument] });
    const running = this.#services.runs.runs.find(
      ({ run, presence }) =>
        path.resolve(run.experiment.file) === uri.fsPath && !FINAL_STATES.has(presence.state),
    );
    return [
      lens(`$(play) ${vscode.l10n.t('Start Training')}`, 'pitwall.startTraining', uri),
      lens(`$(graph-line) ${vscode.l10n.t('Preview')}`, 'pitwall.previewSchedule', uri),
      lens(`$(telescope) ${vscode.l10n.t('Find Learning Rate')}`, 'pitwall.findLearningRate', uri),
      ...(running
        ? [
            lens(`$(pulse) ${noticeText(running.name)}`, 'pitwall.openDashboard', { dir: running.dir }),
            lens(`$(debug-stop) ${vscode.l10n.t('Stop')}`, 'pitwall.stop', { dir: running.dir }),
          ]
        : []),
    ];
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** Above the first line of a sweep file. */
function sweepLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
  if (!setting('lens.enabled', true)) return [];
  const title = `$(play) ${vscode.l10n.t('Start Sweep')}`;
  const command = { title, command: 'pitwall.startSweep', arguments: [uri] };
  return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
}

const { languages } = vscode;

/** What the editor requests in configs and in Python. Nothing is loaded for other texts. */
export function registerEditorFeatures(services: Services): vscode.Disposable[] {
  const lens = new ExperimentLens(services);
  const diagnostics = new ExperimentDiagnostics(services);
  return [
    lens,
    diagnostics,
    languages.registerCodeLensProvider(EXPERIMENT_SELECTOR, lens),
    languages.registerCodeLensProvider(SWEEP_SELECTOR, { provideCodeLenses: sweepLenses }),
    languages.registerCodeActionsProvider(OUR_FILES, new ProblemFixes(diagnostics), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    registerCompletion(services),
    registerHover(services),
    registerPythonHover(services),
    ...registerHints(services),
  ];
}

const isWanted = (feature: string): boolean => setting(`${feature}.enabled`, true);

const OUR_FILES = [EXPERIMENT_SELECTOR, SWEEP_SELECTOR, TARGETS_SELECTOR].flat();
const isOurs = (document: vscode.TextDocument): boolean =>
  isTrainingConfig(document) || isOtherFile(document);

function registerCompletion({ load }: Services): vscode.Disposable {
  const provideCompletionItems: vscode.CompletionItemProvider['provideCompletionItems'] = async (
    document,
    position,
  ) => {
    if (!isWanted('completion') || !isOurs(document)) return [];
    const { experimentHelp } = await load(() => import('./experiment-help'));
    return experimentHelp.completions(document, position);
  };
  return languages.registerCompletionItemProvider(OUR_FILES, { provideCompletionItems }, ':', ' ');
}

function registerHover(services: Services): vscode.Disposable {
  const provideHover: vscode.HoverProvider['provideHover'] = async (document, position, token) => {
    if (!isWanted('hover') || !isOurs(document)) return undefined;
    if (isOtherFile(document)) {
      const { otherFiles } = await services.load(() => import('./other-files'));
      return otherFiles.hover(document, position);
    }
    const { experimentHelp } = await services.load(() => import('./experiment-help'));
    return experimentHelp.hover(services, document, position, token);
  };
  return languages.registerHoverProvider(OUR_FILES, { provideHover });
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
