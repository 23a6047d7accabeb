// What `import()` names becomes a file of its own, loaded when it is first needed. esbuild splits ES modules only, and the
// editor's host loads CommonJS, so each file is built as an ES module and then turned to CommonJS.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import esbuild from 'esbuild';

/** The folder of dist/ that holds the parts. Their names change with their content: it is emptied at each build. */
const CHUNKS = 'chunks';

/** Options of an esbuild build that this plugin finishes. */
export const SPLIT = {
  format: 'esm',
  splitting: true,
  write: false,
  sourcemap: 'inline',
  chunkNames: `${CHUNKS}/[name]-[hash]`,
};

/** @param {esbuild.TransformOptions} options of the step to CommonJS: target and minification */
export function commonJsChunks(options) {
  return {
    name: 'commonjs-chunks',
    setup(build) {
      const { absWorkingDir: root, outdir } = build.initialOptions;
      partsNeedTheEntry(build);
      build.onEnd(async ({ errors, outputFiles, metafile }) => {
        if (errors.length > 0) return;
        const folder = path.join(root, outdir, CHUNKS);
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
        for (const file of outputFiles) {
          const { code, map } = await toCommonJs(file, options);
          const name = path.relative(root, file.path).split(path.sep).join('/');
          metafile.outputs[name].bytes = Buffer.byteLength(code);
          await writeFile(`${file.path}.map`, map);
          await writeFile(file.path, `${code}//# sourceMappingURL=${path.basename(file.path)}.map\n`);
        }
      });
    },
  };
}

/**
 * esbuild puts modules into one file that are needed by the same parts. That each part needs the entry, which is there
 * before any of them, makes one file of all that the entry needs; else it would be fifteen, and opening a file takes longer
 * than compiling 10 kB.
 */
function partsNeedTheEntry(build) {
  const { absWorkingDir: root, entryPoints } = build.initialOptions;
  const entries = Object.values(entryPoints).map((file) => path.join(root, file));
  build.onResolve({ filter: /^\./ }, async ({ kind, path: named, pluginData, ...from }) => {
    if (kind !== 'dynamic-import' || pluginData === 'part') return undefined;
    const resolved = await build.resolve(named, { kind, ...from, pluginData: 'part' });
    return { ...resolved, namespace: 'part' };
  });
  build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path: file }) => ({
    contents: [
      ...entries.map((entry) => `import ${JSON.stringify(entry)};`),
      `export * from ${JSON.stringify(file)};`,
    ].join('\n'),
    resolveDir: root,
  }));
}

/** `file` carries its source map in itself, and the new one leads through it to the sources. */
function toCommonJs(file, options) {
  // As it stands, esbuild would copy every name of the editor's API for each of our files.
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
