import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { FINAL_STATES } from '../../run/state-names';
import type { Services } from '../services';
import { setting } from '../window';
import { isTrainingConfig } from './experiment-files';

/** Above the first line of a config: start, preview, and its live run. */
export class ExperimentLens implements vscode.CodeLensProvider, vscode.Disposable {
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
            lens(`$(pulse) ${running.name}`, 'pitwall.openDashboard', { dir: running.dir }),
            lens(`$(debug-stop) ${vscode.l10n.t('Stop')}`, 'pitwall.stop', { dir: running.dir }),
          ]
        : []),
    ];
  }

  dispose(): void {
    this.#store.dispose();
  }
}
