import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable';
import type { ChannelOptions } from '../../protocol/channel';
import { createPageLine, type PageLine } from '../../protocol/page-line';
import { zCopy, zTrouble } from '../../protocol/webview-checks';
import { setStatusBarMessage } from '../notices';

export type WebviewLine = vscode.Disposable & Pick<PageLine, 'event'>;

type PageHandlers = NonNullable<ChannelOptions['handlers']>;

/** The host's end of a page in a webview: answers requests, copies what the page copies, logs what went wrong in it. */
export function openWebviewLine(
  webview: vscode.Webview,
  handlers: PageHandlers,
  log: vscode.LogOutputChannel,
): WebviewLine {
  const store = new DisposableStore();
  const line = createPageLine({
    send: (message) => void webview.postMessage(message),
    handlers: { ...handlers, copy: (params: unknown) => copyText(zCopy.parse(params)) },
    onEvent: (name, value) => {
      const trouble = name === 'trouble' ? zTrouble.safeParse(value).data : undefined;
      if (trouble) log.error(`page ${trouble.kind}: ${trouble.message}`);
    },
  });
  store.track(webview.onDidReceiveMessage((message) => line.receive(message)));
  store.track({ dispose: () => line.close() });
  return { event: (name, value) => line.event(name, value), dispose: () => store.dispose() };
}

async function copyText({ text, what }: { text: string; what: string }): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  setStatusBarMessage(vscode.l10n.t('Copied: {0}', what), 3000);
}
