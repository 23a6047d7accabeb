import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { visible } from '../../base/visible';
import type { BaseServices } from '../base-services';
import { PageSession } from './page-session';
import { renderPage } from './render';
import { type Subject, zSubject } from './subject';
import { type OpenedSubject, openSubject } from './subjects';

type Opening = {
  readonly panel: vscode.WebviewPanel;
  readonly subject: Subject;
  /** Whether the panel was closed while its subject was being opened. */
  readonly isGone: () => boolean;
};

/** Shows a subject in a panel; undefined if it is no longer awaited. */
export async function openDashboard(
  services: BaseServices,
  { panel, subject, isGone }: Opening,
): Promise<Dashboard | undefined> {
  const opened = await openSubject(services, subject);
  if (!isGone()) return new Dashboard(services, { panel, subject, opened });
  opened.dispose();
  return undefined;
}

/** The subject in the state that a page kept. Throws if there is none. */
export function readSubject(state: unknown): Subject {
  const subject = zSubject.safeParse((state as { subject?: unknown } | undefined)?.subject).data;
  if (!subject) throw new Error('the dashboard did not say what it showed');
  return subject;
}

type DashboardOptions = {
  readonly panel: vscode.WebviewPanel;
  readonly subject: Subject;
  readonly opened: OpenedSubject;
};

/** One panel and what it shows. */
export class Dashboard {
  readonly panel: vscode.WebviewPanel;
  readonly #store = new DisposableStore();
  readonly #closed: (() => void)[] = [];

  constructor(services: BaseServices, { panel, subject, opened }: DashboardOptions) {
    this.panel = panel;
    const { extensionUri } = services.context;
    panel.title = visible(opened.title);
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'tab.svg');
    this.#store.track(opened);
    const { source, actions } = opened;
    const session = { webview: panel.webview, source, actions, log: services.log };
    this.#store.track(new PageSession(session));
    this.#store.track(panel.onDidDispose(() => this.detach()));
    if (subject.kind === 'run') this.#store.track(chooseWhenActive(services, panel, subject.dir));
    renderPage(panel.webview, { extensionUri, entry: 'panel', title: opened.title, subject });
  }

  onClosed(listener: () => void): void {
    this.#closed.push(listener);
  }

  /** Stops serving the panel; the panel itself stays for its next owner. */
  detach(): void {
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
