import path from 'node:path';
import * as vscode from 'vscode';
import type { BaseServices } from '../base-services';
import type { Dashboard } from './dashboard';
import type { Subject } from './subject';

const VIEW_TYPE = 'pitwall.dashboard';
const keyOf = (subject: Subject): string =>
  subject.kind === 'preview' ? `preview ${subject.file}` : `${subject.kind} ${path.resolve(subject.dir)}`;

/** The dashboards of this window: one a run, one a previewed config. */
export class Dashboards implements vscode.Disposable {
  readonly #services: BaseServices;
  readonly #panels = new Map<string, Dashboard>();
  readonly #opening = new Map<string, Promise<void>>();
  #isDisposed = false;

  constructor(services: BaseServices) {
    this.#services = services;
  }

  /** Brings a run's dashboard to the front; a preview of the same config becomes the run's. */
  open(subject: Subject, replaces?: Subject): Promise<void> {
    const key = keyOf(subject);
    this.#panels.get(key)?.panel.reveal(undefined, true);
    if (this.#panels.has(key)) return Promise.resolve();
    // If it is requested twice before it exists, it is one panel all the same.
    const opening = this.#opening.get(key) ?? this.#create(subject, replaces);
    this.#opening.set(key, opening);
    return opening.finally(() => this.#opening.delete(key));
  }

  /** Whether a run is on the screen already. */
  shows(dir: string): boolean {
    return this.#panels.get(keyOf({ kind: 'run', dir }))?.panel.visible ?? false;
  }

  async restore(panel: vscode.WebviewPanel, subject: Subject): Promise<void> {
    let isClosed = false;
    panel.onDidDispose(() => {
      isClosed = true;
    });
    const { openDashboard } = await this.#services.load(() => import('./dashboard'));
    const isGone = (): boolean => isClosed || this.#isDisposed;
    const dashboard = await openDashboard(this.#services, { panel, subject, isGone });
    if (dashboard) this.#keep(keyOf(subject), dashboard);
  }

  #keep(key: string, dashboard: Dashboard): void {
    this.#panels.set(key, dashboard);
    dashboard.onClosed(() => {
      if (this.#panels.get(key) === dashboard) this.#panels.delete(key);
    });
  }

  async #create(subject: Subject, replaces: Subject | undefined): Promise<void> {
    const preview = replaces && this.#panels.get(keyOf(replaces));
    const panel = preview?.panel ?? createPanel(this.#column());
    preview?.detach();
    try {
      await this.restore(panel, subject);
    } catch (error) {
      panel.dispose();
      throw error;
    }
  }

  /** Beside the config, like other dashboards. */
  #column(): vscode.ViewColumn {
    const [other] = this.#panels.values();
    return other?.panel.viewColumn ?? vscode.ViewColumn.Beside;
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const dashboard of this.#panels.values()) dashboard.detach();
  }
}

function createPanel(viewColumn: vscode.ViewColumn): vscode.WebviewPanel {
  const place = { viewColumn, preserveFocus: true };
  return vscode.window.createWebviewPanel(VIEW_TYPE, 'Pitwall', place, { enableScripts: true });
}

/** Brings dashboards back after a reload of the window. */
export class DashboardSerializer implements vscode.WebviewPanelSerializer {
  readonly #services: BaseServices;
  readonly #dashboards: Dashboards;

  constructor(services: BaseServices, dashboards: Dashboards) {
    this.#services = services;
    this.#dashboards = dashboards;
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    try {
      const { readSubject } = await this.#services.load(() => import('./dashboard'));
      await this.#dashboards.restore(panel, readSubject(state));
    } catch (error) {
      this.#services.log.info(`a dashboard was not restored: ${String(error)}`);
      panel.dispose();
    }
  }
}
