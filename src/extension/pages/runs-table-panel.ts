import * as vscode from 'vscode';
import type { BaseServices } from '../base-services';

const VIEW_TYPE = 'pitwall.runsTable';

/** The one panel of the table of all runs; comes back after a reload of the window. */
export class RunsTablePanel implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #services: BaseServices;
  #panel: vscode.WebviewPanel | undefined;
  #page: vscode.Disposable | undefined;

  constructor(services: BaseServices) {
    this.#services = services;
  }

  async open(): Promise<void> {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    const column = vscode.ViewColumn.Active;
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, 'Pitwall', column, { enableScripts: true });
    await this.deserializeWebviewPanel(panel);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.#panel) {
      panel.dispose();
      return;
    }
    this.#panel = panel;
    panel.onDidDispose(() => this.#close(panel));
    const { RunsTablePage } = await this.#services.load(() => import('./runs-table'));
    if (this.#panel === panel) this.#page = new RunsTablePage(this.#services, panel);
  }

  #close(panel: vscode.WebviewPanel): void {
    if (this.#panel !== panel) return;
    this.dispose();
  }

  dispose(): void {
    this.#page?.dispose();
    this.#page = undefined;
    this.#panel = undefined;
  }
}
