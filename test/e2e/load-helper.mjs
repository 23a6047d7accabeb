// What test/helpers/NAME.ts exports, bundled on the spot: the suites here are plain JavaScript.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

export async function loadHelper(name) {
  const outfile = path.join(root, '.vscode-test', `${name}.cjs`);
  mkdirSync(path.dirname(outfile), { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(root, 'test/helpers', `${name}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'warning',
    external: ['sharp', 'onnxruntime-node'],
  });
  return createRequire(import.meta.url)(outfile);
}
