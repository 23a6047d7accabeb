// The pages and their harness as one HTML file each, for a plain browser.
import path from 'node:path';
import esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '../../..');

/** name -> text of harness.js, panel.js, panel.css, side.js and so on. */
export async function bundlePages() {
  const { outputFiles } = await esbuild.build({
    entryPoints: {
      harness: path.join(root, 'test/e2e/page/harness.ts'),
      panel: path.join(root, 'webview/panel/main.ts'),
      side: path.join(root, 'webview/side/main.ts'),
      table: path.join(root, 'webview/table/main.ts'),
      'table-harness': path.join(root, 'test/e2e/page/table-harness.ts'),
    },
    bundle: true,
    write: false,
    outdir: root,
    platform: 'browser',
    target: 'chrome120',
    loader: { '.ttf': 'dataurl' },
  });
  return new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
}

const inline = (code) => code.replaceAll('</script', '<\\/script');

export function pageOf(bundles, entry, theme, setup) {
  const variables = Object.entries(theme.variables)
    .map(([name, value]) => `--vscode-${name}: ${value};`)
    .join('');
  return `<!doctype html><html><head><meta charset="utf-8"><style>:root { ${variables} } ${bundles.get(`${entry}.css`)}</style></head>
<body class="${theme.body}" style="background: var(--vscode-editor-background)"><main id="app"></main>
<script type="application/json" id="pitwall-strings">${JSON.stringify(setup.strings ?? {})}</script>
<script>window.setup = ${JSON.stringify(setup)};</script><script>${inline(bundles.get(entry === 'table' ? 'table-harness.js' : 'harness.js'))}</script>
<script>${inline(bundles.get(`${entry}.js`))}</script></body></html>`;
}
