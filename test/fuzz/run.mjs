// Mutated inputs for every reader of foreign bytes (test/fuzz/readers.ts): no crash, nothing over a second, refusals of one line.
// Usage: node test/fuzz/run.mjs [--count N] [--seed S] [--table FILE]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-fuzz-code-'));
const outfile = path.join(folder, 'main.mjs');
await build({
  entryPoints: [path.join(import.meta.dirname, 'main.ts')],
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
