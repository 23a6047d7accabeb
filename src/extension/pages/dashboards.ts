import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { BaseServices } from '../base-services';
import { PageSession } from './page-session';
import { renderPage } from './render';
import { type Subject, zSubject } from './subject';
import { type OpenedSubject, openSubject } from './subjects';

const VIEW_TYPE = 'pitwall.dashboard';
const keyOf = (subject: Subject): string =>
  subject.kind === 'preview' ? `preview ${subject.file}` : `${subject.kind} ${path.resolve(subject.dir)}`;

/** The dashboards of this window: one a run, one a previewed config. */
export class Dashboards implements vscode.Disposable {
  readonly #services: BaseServices;
  readonly #panels = new Map<string, Dashboard>();

  constructor(services: BaseServices) {
    this.#services = services;
  }

  /** Brings a run's dashboard to the front; a preview of the same config becomes the run's. */
  async open(subject: Subject, replaces?: Subject): Promise<void> {
    const known = this.#panels.get(keyOf(subject));
    if (known) {
      known.panel.reveal(undefined, true);
      return;
    }
    const preview = replaces && this.#panels.get(keyOf(replaces));
    const panel = preview?.panel ?? createPanel(this.#column());
    preview?.letGo();
    await this.restore(panel, subject);
  }

  async restore(panel: vscode.WebviewPanel, subject: Subject): Promise<void> {
    const key = keyOf(subject);
    const opened = await openSubject(this.#services, subject);
    const dashboard = new Dashboard(this.#services, { panel, subject, opened });
    this.#panels.set(key, dashboard);
    dashboard.onClosed(() => {
      if (this.#panels.get(key) === dashboard) this.#panels.delete(key);
    });
  }

  /** Beside the config, where other dashboards are already. */
  #column(): vscode.ViewColumn {
    const [other] = this.#panels.values();
    return other?.panel.viewColumn ?? vscode.ViewColumn.Beside;
  }

  dispose(): void {
    for (const dashboard of this.#panels.values()) dashboard.letGo();
  }
}

function createPanel(viewColumn: vscode.ViewColumn): vscode.WebviewPanel {
  const place = { viewColumn, preserveFocus: true };
  return vscode.window.createWebviewPanel(VIEW_TYPE, 'Pitwall', place, { enableScripts: true });
}

type DashboardOptions = {
  readonly panel: vscode.WebviewPanel;
  readonly subject: Subject;
  readonly opened: OpenedSubject;
};

class Dashboard {
  readonly panel: vscode.WebviewPanel;
  readonly #store = new DisposableStore();
  readonly #closed: (() => void)[] = [];

  constructor(services: BaseServices, { panel, subject, opened }: DashboardOptions) {
    this.panel = panel;
    const { extensionUri } = services.context;
    panel.title = opened.title;
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'tab.svg');
    this.#store.track(opened);
    const { source, actions } = opened;
    const session = { webview: panel.webview, source, actions, log: services.log };
    this.#store.track(new PageSession(session));
    this.#store.track(panel.onDidDispose(() => this.letGo()));
    if (subject.kind === 'run') this.#store.track(chooseWhenActive(services, panel, subject.dir));
    renderPage(panel.webview, { extensionUri, entry: 'panel', title: opened.title, subject });
  }

  onClosed(listener: () => void): void {
    this.#closed.push(listener);
  }

  /** Stops serving the panel; the panel itself stays for whoever takes it over. */
  letGo(): void {
    this.#store.dispose();
    for (const listener of this.#closed.splice(0)) listener();
  }
}

/** The run whose dashboard has the focus is the one that side panel and status bar show. */
function chooseWhenActive(
  services: BaseServices,
  panel: vscode.WebviewPanel,
  dir: string,
): vscode.Disposable {
  if (panel.active) services.runs.choose(dir);
  return panel.onDidChangeViewState(({ webviewPanel }) => {
    if (webviewPanel.active) services.runs.choose(dir);
  });
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
    const subject = zSubject.safeParse((state as { subject?: unknown } | undefined)?.subject).data;
    try {
      if (!subject) throw new Error('the dashboard did not say what it showed');
      await this.#dashboards.restore(panel, subject);
    } catch (error) {
      this.#services.log.info(`a dashboard was not restored: ${String(error)}`);
      panel.dispose();
    }
  }
}
