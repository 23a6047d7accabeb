// Bundle check: a native module reaches only the bundles that may use it, and no Node module reaches a page.
// Usage: node check-bundle.mjs [meta.json]
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { ENTRIES, NATIVE_MODULES } from './entries.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const metaFile = process.argv[2] ?? path.join(root, 'dist/meta.json');
const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

function externalsOf(meta) {
  return new Set(
    Object.values(meta.outputs).flatMap((output) =>
      output.imports.filter((i) => i.external).map((i) => i.path),
    ),
  );
}

function problemsOf(name, meta) {
  const spec = ENTRIES[name];
  if (!spec) return [`${name}: not an entry of entries.mjs`];
  const external = [...externalsOf(meta)];
  const natives = external.filter((e) => NATIVE_MODULES.includes(e) && !spec.natives.includes(e));
  const inlined = Object.keys(meta.inputs).filter(
    (i) => /node_modules\/(onnxruntime-node|sharp)\//.test(i) || i.endsWith('.node'),
  );
  const nodeInPage =
    spec.options.platform === 'browser' ? external.filter((e) => builtins.has(e) || e === 'vscode') : [];
  return [
    ...natives.map((n) => `${name}: requires the native module ${n}`),
    ...inlined.map((i) => `${name}: bundles ${i}`),
    ...nodeInPage.map((n) => `${name}: a page requires ${n}`),
  ];
}

const metas = JSON.parse(readFileSync(metaFile, 'utf8'));
const problems = Object.entries(metas).flatMap(([name, meta]) => problemsOf(name, meta));
if (Object.keys(metas).length === 0) problems.push('no bundle was checked');
for (const problem of problems) console.error(`bundle check: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`bundle check: ${Object.keys(metas).length} bundles`);
