// The pages that are one text each, and the report, in a plain browser: at the widths of a column nothing is cut, and axe-core
// finds nothing in any theme.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadTypeScript } from '../load-typescript.mjs';
import { expectAccessible, expectInside, WIDTHS } from '../page/checks.mjs';
import { THEMES } from '../page/themes.mjs';
import { recordedRuns } from '../recorded.mjs';
import { expectEqual } from '../suite.mjs';
import { PATIENCE_MS } from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const pictures = path.join(root, 'test/artifacts/pages');

/** A report on three of the recorded runs, as the command writes it. */
function reportPage() {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-report-'));
  const packed = readFileSync(path.join(root, 'test/fixtures/verdict-runs.json.gz'));
  for (const [name, content] of Object.entries(JSON.parse(gunzipSync(packed).toString()))) {
    const file = path.join(folder, 'runs', name);
    mkdirSync(path.dirname(file), { recursive: true });
    const text = content.replaceAll('{root}', JSON.stringify(folder).slice(1, -1));
    writeFileSync(file, name.endsWith('.det') ? Buffer.from(content, 'base64') : text);
  }
  const argv = ['report', 'base-0', 'base-1', 'slow-0', '--out', 'report.html'];
  execFileSync(process.execPath, [path.join(root, 'dist/cli.js'), ...argv], { cwd: folder });
  const html = readFileSync(path.join(folder, 'report.html'), 'utf8');
  rmSync(folder, { recursive: true, force: true });
  return html;
}

/** A report on two of a person's own runs, whose val images are there. */
async function reportWithImages() {
  const workspace = exampleWorkspace();
  await recordedRuns(workspace, ['pcb-nano-1', 'pcb-micro-1']);
  const argv = ['report', 'pcb-nano-1', 'pcb-micro-1', '--out', 'report.html'];
  execFileSync(process.execPath, [path.join(root, 'dist/cli.js'), ...argv], { cwd: workspace.dir });
  const html = readFileSync(path.join(workspace.dir, 'report.html'), 'utf8');
  workspace.remove();
  expectEqual(html.split('<use href="#w').length - 1, 40, 'pictures of the report');
  return html;
}

/** As the editor shows it: its variables, and the class of its body. The policy would forbid the frame's own style. */
function inTheme(html, theme) {
  const variables = Object.entries(theme.variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  const frame = `<style>:root { ${variables.join('')} } body { background: var(--vscode-editor-background); color: var(--vscode-foreground); font: 13px sans-serif }</style>`;
  return html
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/i, '')
    .replace('<head>', `<head>${frame}`)
    .replace('<body', `<body class="vscode-body ${theme.body}"`);
}

async function openDrawn(browser, { name, html, theme, width }) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  page.setDefaultTimeout(PATIENCE_MS);
  mkdirSync(pictures, { recursive: true });
  const file = path.join(pictures, `${name}.html`);
  writeFileSync(file, inTheme(html, theme));
  await page.goto(`file://${file}`);
  return page;
}

export async function drawnPages({ suite, browser }) {
  const made = await loadTypeScript('test/e2e/page/drawn-pages.ts');
  const pages = { ...made.drawnPages(), report: reportPage(), 'report-images': await reportWithImages() };
  for (const [name, html] of Object.entries(pages)) {
    for (const width of WIDTHS)
      await layout({ suite, browser, at: { name, html, width, theme: THEMES.dark } });
    for (const themeName of Object.keys(THEMES)) await accessible({ suite, browser, name, html, themeName });
  }
}

async function layout({ suite, browser, at }) {
  const page = await openDrawn(browser, at);
  await suite.test(
    `drawn pages: nothing of ${at.name} is cut at ${at.width} px`,
    { pages: () => [page] },
    () => expectInside(page, `${at.name} at ${at.width} px`),
  );
  await page.close();
}

async function accessible({ suite, browser, name, html, themeName }) {
  const page = await openDrawn(browser, { name, html, width: 800, theme: THEMES[themeName] });
  const picture = path.join(pictures, `drawn-${name}-${themeName}.png`);
  await page.screenshot({ path: picture, fullPage: true });
  await suite.test(
    `drawn pages: axe-core finds nothing in ${name} in ${themeName}`,
    { pages: () => [page] },
    () => expectAccessible(page, `${name} in ${themeName}`),
  );
  await page.close();
}
