import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { Services } from '../services';
import { emptyInput } from './empty-input';
import { PageSession, type PageSource } from './page-session';
import { renderPage } from './render';
import { runAction } from './run-actions';

/** The side panel's Metrics: the numbers of the current run. */
export class MetricsView implements vscode.WebviewViewProvider {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { context, log, runs } = this.#services;
    const store = new DisposableStore();
    const source = store.track(currentSource(this.#services));
    const actions = {
      act: (id: string, epoch: number | undefined) => runAction(runs.current?.dir, id, epoch),
      gallery: async () => ({ images: [], total: 0, note: '' }),
      prCurves: async () => ({ epoch: undefined, curves: [] }),
    };
    store.track(new PageSession({ webview: view.webview, source, actions, log }));
    view.onDidDispose(() => store.dispose());
    context.subscriptions.push(store);
    renderPage(view.webview, {
      extensionUri: context.extensionUri,
      entry: 'side',
      title: vscode.l10n.t('Metrics'),
      subject: { kind: 'current' },
    });
  }
}

/** Whatever run is current, and its changes. */
function currentSource({ runs }: Services): PageSource & vscode.Disposable {
  const store = new DisposableStore();
  const changed = store.track(new Emitter<void>());
  let following: vscode.Disposable | undefined;
  const follow = (): void => {
    following?.dispose();
    following = runs.current?.live.onDidChange(() => changed.fire());
    changed.fire();
  };
  follow();
  store.track(runs.onDidChangeCurrent(follow));
  store.track({ dispose: () => following?.dispose() });
  return {
    input: () => runs.current?.input() ?? emptyInput(),
    onDidChange: changed.event,
    dispose: () => store.dispose(),
  };
}
