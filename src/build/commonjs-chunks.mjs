// The target of an `import()` becomes a file of its own, loaded when it is first needed. esbuild splits ES modules
// only, and the editor's host loads CommonJS, so each file is built as an ES module and then converted to CommonJS.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import esbuild from 'esbuild';

/**
 * Options of an esbuild build that this plugin finishes. Each entry has a folder of its own for its parts: their names change
 * with their content, so it is emptied at each build.
 */
export const splitOf = (entry) => ({
  format: 'esm',
  splitting: true,
  write: false,
  sourcemap: 'inline',
  chunkNames: `chunks/${entry}/[name]-[hash]`,
});

/**
 * @param {string} shared the file whose modules all parts have in common
 * @param {esbuild.TransformOptions} options of the step to CommonJS: target and minification
 */
export function commonJsChunks(shared, options) {
  return {
    name: 'commonjs-chunks',
    setup(build) {
      const { absWorkingDir: root, outdir, chunkNames } = build.initialOptions;
      partsNeed(shared, build);
      build.onEnd(async ({ errors, outputFiles, metafile }) => {
        if (errors.length > 0) return;
        const folder = path.join(root, outdir, path.dirname(chunkNames));
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
        for (const file of outputFiles) {
          const name = path.relative(root, file.path).split(path.sep).join('/');
          metafile.outputs[name].bytes = await writeCommonJs(file, options);
        }
      });
    },
  };
}

/**
 * esbuild puts modules into one file that are needed by the same parts. That each part needs the entry, or what the entry
 * needs, which is there before any of them, makes one file of all that; else it would be fifteen, and opening a file takes
 * longer than compiling 10 kB.
 */
function partsNeed(shared, build) {
  const { absWorkingDir: root } = build.initialOptions;
  build.onResolve({ filter: /^\./ }, async ({ kind, path: named, pluginData, ...from }) => {
    if (kind !== 'dynamic-import' || pluginData === 'part') return undefined;
    const resolved = await build.resolve(named, { kind, ...from, pluginData: 'part' });
    return { ...resolved, namespace: 'part' };
  });
  build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path: file }) => ({
    contents: `import ${JSON.stringify(path.join(root, shared))}; export * from ${JSON.stringify(file)};`,
    resolveDir: root,
  }));
}

/** Writes a file and its map; answers its bytes. */
async function writeCommonJs(file, options) {
  const { code, map } = await toCommonJs(file, options);
  await writeFile(`${file.path}.map`, map);
  const named = `${code}//# sourceMappingURL=${path.basename(file.path)}.map\n`;
  await writeFile(file.path, named, { mode: code.startsWith('#!') ? 0o755 : 0o644 });
  return Buffer.byteLength(code);
}

/** `file` carries its source map in itself, and the new one leads through it to the sources. */
function toCommonJs(file, options) {
  // Otherwise esbuild would copy every name of the editor's API for each of our files.
  const text = file.text.replace(/^import \* as (\w+) from "vscode";$/gm, 'const $1 = require("vscode");');
  return esbuild.transform(text, {
    ...options,
    format: 'cjs',
    platform: 'node',
    supported: { 'dynamic-import': false },
    sourcefile: path.basename(file.path),
    sourcemap: 'external',
  });
}
