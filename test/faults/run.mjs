// Real short trainings, each with one fault at a random moment; a seed gives the same fault again (test/faults/plan.ts).
// Usage: node test/faults/run.mjs [--count N] [--seed FIRST] [--freeze ci|full] [--table FILE]. Linux, with a C compiler.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-faults-code-'));
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
