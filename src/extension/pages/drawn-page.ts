import type * as vscode from 'vscode';
import { pageShell } from '../../base/html';
import type { SvgColours } from '../../domain/schedule/svg-frame';

/** Colours of the theme: this SVG is part of the page itself. */
export const PAGE_COLOURS: SvgColours = {
  foreground: 'var(--vscode-foreground)',
  muted: 'var(--vscode-descriptionForeground)',
  accent: 'var(--vscode-charts-blue)',
  grid: 'var(--vscode-charts-lines)',
  warmup: 'transparent',
  // Orange is a translucent brown in the default dark theme.
  mark: 'var(--vscode-charts-yellow)',
  halo: 'var(--vscode-editor-background)',
};
const STYLE = `
svg{max-width:100%;height:auto}figure{margin:1.2em 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:3px 10px;text-align:right;border-bottom:1px solid var(--vscode-charts-lines)}th:first-child,td:first-child,td:last-child,th:last-child{text-align:left}
button.link,button.link:hover{border:0;padding:0;background:none;color:var(--vscode-textLink-foreground)}button.link:hover{text-decoration:underline}
p{max-width:60em}.quiet{color:var(--vscode-descriptionForeground)}
button{font:inherit;border:1px solid var(--vscode-button-border,transparent);padding:5px 14px;border-radius:2px;cursor:pointer;color:var(--vscode-button-foreground);background:var(--vscode-button-background)}
button:hover{background:var(--vscode-button-hoverBackground)}button:focus-visible{outline:1px solid var(--vscode-focusBorder);outline-offset:2px}
.key{display:inline-block;width:1.6em;vertical-align:middle;margin-left:.6em;border-top:3px solid var(--vscode-charts-blue)}.key.file{border-top:2px solid var(--vscode-charts-yellow)}.key.stopped{border-top:1px dashed var(--vscode-descriptionForeground)}
button.second{color:var(--vscode-button-secondaryForeground);background:var(--vscode-button-secondaryBackground)}
button:disabled{opacity:.5;cursor:default}
`;

/** Shows each body that the host sends, and sends the host which button was pressed. */
const SCRIPT = `
const host = acquireVsCodeApi();
addEventListener('message', ({ data }) => {
  const focused = document.activeElement?.dataset?.act;
  document.querySelector('main').innerHTML = data;
  if (focused) document.querySelector('[data-act="' + focused + '"]')?.focus();
});
addEventListener('click', ({ target }) => {
  const act = target.closest('button')?.dataset.act;
  if (act) host.postMessage(act);
});
`;

/** Shows another content in a page that `drawnPage` made; one that is hidden gets none. */
export function redraw(webview: vscode.Webview, body: string): void {
  void webview.postMessage(body);
}

/** The page: its policy runs only the one script that talks to the host, and loads nothing. */
export function drawnPage(body: string, title: string, nonce: string): string {
  return pageShell({
    title,
    policy: [`script-src 'nonce-${nonce}'`, `style-src 'nonce-${nonce}'`],
    head: `<style nonce="${nonce}">${STYLE}</style>`,
    body: `<main>${body}</main><script nonce="${nonce}">${SCRIPT}</script>`,
  });
}
