// Runs a TypeScript program of the tests in a process of its own, outside of vitest: bundled into a folder that goes with it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** `main` is its entry; it gets this process's arguments. Ends this process with its exit code. */
export async function runBundled(main) {
  const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-bundled-'));
  const outfile = path.join(folder, 'main.mjs');
  await build({
    entryPoints: [main],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
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
