import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import { Emitter } from '../../base/event';
import type { ViewInput } from '../../protocol/dashboard/input';
import { createRunState } from '../../run/reduce';
import type { Services } from '../services';
import { translate } from '../window';
import { NO_IMAGES, PageSession, type PageSource } from './page-session';
import { renderPage } from './render';
import { runAction } from './run-actions';

/** Shows the numbers of the current run in the side panel's Metrics, until it is disposed. */
export function serveMetrics(services: Services, webview: vscode.Webview): vscode.Disposable {
  const { context, log, runs } = services;
  const store = new DisposableStore();
  const source = store.track(currentSource(services));
  const actions = {
    act: (id: string, epoch: number | undefined) => runAction(runs.current?.dir, id, epoch),
    ...NO_IMAGES,
  };
  store.track(new PageSession({ webview, source, actions, log }));
  renderPage(webview, {
    extensionUri: context.extensionUri,
    entry: 'side',
    title: vscode.l10n.t('Metrics'),
    subject: { kind: 'current' },
  });
  return store;
}

/** Whatever run is current, and its changes. */
function currentSource({ runs }: Services): PageSource & vscode.Disposable {
  const store = new DisposableStore();
  const changed = store.track(new Emitter<void>());
  store.track(
    runs.followCurrent((run) => {
      changed.fire();
      return run?.live.onDidChange(() => changed.fire());
    }),
  );
  return {
    input: () => runs.current?.input() ?? emptyInput(),
    onDidChange: changed.event,
    dispose: () => store.dispose(),
  };
}

/** The content of a view while there is no run at all. */
function emptyInput(): ViewInput {
  return { state: createRunState(), planned: undefined, presence: undefined, now: Date.now(), t: translate };
}
