// Bundles every entry that exists into dist/ and writes dist/meta.json, which the bundle check reads.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';
import { commonJsChunks, splitOf } from './commonjs-chunks.mjs';
import { ENTRIES, NATIVE_MODULES } from './entries.mjs';
import { markBundleFresh } from './freshness.mjs';

const root = path.resolve(import.meta.dirname, '../..');

function optionsFor(name, { entry, options, split, shared = entry }) {
  return {
    ...options,
    absWorkingDir: root,
    entryPoints: { [name]: entry },
    outdir: 'dist',
    bundle: true,
    metafile: true,
    sourcemap: 'linked',
    minify: options.platform === 'browser',
    logLevel: 'warning',
    loader: { '.proto': 'text', '.ttf': 'dataurl' },
    // Its ES module needs import.meta, which a CommonJS bundle does not have.
    alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
    external: [...(options.external ?? []), ...(options.platform === 'node' ? NATIVE_MODULES : [])],
    ...(split && {
      ...splitOf(name),
      plugins: [commonJsChunks(shared, { target: options.target, ...split })],
    }),
  };
}

/** Python programs are shipped as they are. */
function copyPrograms() {
  const notes = (source) => !source.includes('__pycache__');
  cpSync(path.join(root, 'src/trainers/ultralytics'), path.join(root, 'dist/ultralytics'), {
    recursive: true,
    filter: notes,
  });
  cpSync(path.join(root, 'src/trainers/command/pitwall_log.py'), path.join(root, 'dist/pitwall_log.py'));
}

/** The syntax-tree runtime and the Python grammar, loaded by path at the first hover in a Python file. */
function copyGrammars() {
  for (const file of ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm']) {
    cpSync(path.join(root, 'node_modules', file), path.join(root, 'dist', path.basename(file)));
  }
}

async function main() {
  const present = Object.entries(ENTRIES).filter(([, { entry }]) => existsSync(path.join(root, entry)));
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  copyPrograms();
  copyGrammars();
  if (process.argv.includes('--watch')) {
    for (const [name, spec] of present) await (await esbuild.context(optionsFor(name, spec))).watch();
    return;
  }
  const results = await Promise.all(
    present.map(async ([name, spec]) => [name, (await esbuild.build(optionsFor(name, spec))).metafile]),
  );
  writeFileSync(path.join(root, 'dist/meta.json'), JSON.stringify(Object.fromEntries(results)));
  markBundleFresh(root);
}

await main();
