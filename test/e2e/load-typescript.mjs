// What a TypeScript file exports, bundled on the spot: the suites here and the benches are plain JavaScript.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** @param {string} file from the root of the repository */
export async function loadTypeScript(file) {
  const outfile = path.join(root, '.vscode-test', `${path.basename(file, '.ts')}.cjs`);
  mkdirSync(path.dirname(outfile), { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(root, file)],
    loader: { '.proto': 'text' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'warning',
    external: ['sharp', 'onnxruntime-node'],
  });
  return createRequire(import.meta.url)(outfile);
}
