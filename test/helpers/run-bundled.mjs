// Runs a TypeScript program of the tests in a process of its own, outside of vitest: bundled into a folder that goes with it,
// below node_modules, in which it finds the native ones.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { NATIVE_MODULES } from '../../src/build/entries.mjs';

const root = path.resolve(import.meta.dirname, '../..');

/** `main` is its entry; it gets this process's arguments. Ends this process with its exit code. */
export async function runBundled(main) {
  const cache = path.join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'bundled-'));
  const outfile = path.join(folder, 'main.mjs');
  await build({
    entryPoints: [main],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: NATIVE_MODULES,
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
  });
  const { status } = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PITWALL_REPOSITORY: root },
  });
  rmSync(folder, { recursive: true, force: true });
  process.exit(status ?? 1);
}
