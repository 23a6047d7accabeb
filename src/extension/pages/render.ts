import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { type PageEntry, pageHtml } from './html';

export type RenderOptions = {
  readonly extensionUri: vscode.Uri;
  readonly entry: PageEntry;
  readonly title: string;
  readonly subject: unknown;
};

/** Shows a page of dist/ in a webview that may read nothing else. */
export function renderPage(webview: vscode.Webview, options: RenderOptions): void {
  const dist = vscode.Uri.joinPath(options.extensionUri, 'dist');
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  webview.html = pageHtml({
    entry: options.entry,
    title: options.title,
    nonce: randomBytes(16).toString('base64'),
    source: webview.cspSource,
    script: file(`${options.entry}.js`),
    style: file(`${options.entry}.css`),
    strings: stringsOf(vscode.l10n.bundle),
    subject: options.subject,
    language: vscode.env.language,
  });
}

function stringsOf(bundle: typeof vscode.l10n.bundle): Record<string, string> {
  const pairs = Object.entries(bundle ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return Object.fromEntries(pairs);
}
