import type * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { Services } from '../services';

/** The side panel's Metrics; what serves it is loaded when it is first shown. */
export class MetricsView implements vscode.WebviewViewProvider {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    const store = this.#services.track(new DisposableStore());
    view.onDidDispose(() => store.dispose());
    const { serveMetrics } = await this.#services.load(() => import('./metrics-page'));
    // The view may have been closed in the meantime.
    if (!store.isDisposed) store.track(serveMetrics(this.#services, view.webview));
  }
}
