import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire as requireFrom } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Esbuild from 'esbuild';

const REPOSITORY = process.env.PITWALL_REPOSITORY ?? path.resolve(import.meta.dirname, '../..');
const { build } = requireFrom(path.join(REPOSITORY, 'package.json'))('esbuild') as typeof Esbuild;

/** Modules of an editor that only has what a text of a hover needs. */
const EDITOR = `
  export const l10n = { t: (message, ...args) => message.replace(/\\{(\\d+)\\}/g, (_, i) => args[i]) };
  export const ColorThemeKind = { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 };
  export const window = { activeColorTheme: { kind: 1 } };
  export const workspace = {}, languages = {}, commands = {}, env = {};
  export class MarkdownString {
    value = '';
    appendMarkdown(text) { this.value += text; return this; }
    appendText(text) { this.value += text; return this; }
  }
  export class Disposable {}
  export class EventEmitter {}
`;

/**
 * What the one program prints that is made of this source and the modules of a version's tree; `@/` is its src folder.
 * `prefix`: a command that starts it, as `unshare`.
 */
export async function askTree(tree: string, source: string, prefix: readonly string[] = []): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-old-faults-'));
  const outfile = path.join(folder, 'ask.cjs');
  const editor: Esbuild.Plugin = {
    name: 'editor',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'editor' }));
      onLoad({ filter: /.*/, namespace: 'editor' }, () => ({ contents: EDITOR }));
    },
  };
  try {
    await build({
      stdin: { contents: source, resolveDir: tree, loader: 'ts' },
      ...{ outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' },
      // The runtime of WebAssembly looks for itself beside its own file.
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(path.join(tree, 'package.json'))) },
      alias: { '@': path.join(tree, 'src') },
      external: ['onnxruntime-node', 'sharp'],
      plugins: [editor],
    });
    const [command, ...args] = [...prefix, process.execPath, outfile];
    const env = { ...process.env, NODE_PATH: path.join(tree, 'node_modules') };
    return execFileSync(command, args, { cwd: tree, encoding: 'utf8', env }).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
