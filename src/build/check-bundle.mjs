// Bundle check: a native module reaches only the bundles that may use it, no Node module reaches a page, and what the editor
// loads when it activates the extension stays small.
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

/** The outputs that are loaded with an entry: all that it needs, except what `import()` names. */
function loadedAtStart({ outputs }, entry) {
  const loaded = new Set(Object.keys(outputs).filter((name) => outputs[name].entryPoint === entry));
  for (const name of loaded) {
    const needed = outputs[name].imports.filter((i) => !i.external && i.kind === 'import-statement');
    for (const { path } of needed) loaded.add(path);
  }
  return [...loaded].map((name) => outputs[name]);
}

function startProblems(name, meta) {
  const { entry, atStart } = ENTRIES[name];
  if (atStart === undefined) return [];
  const loaded = loadedAtStart(meta, entry);
  const packages = loaded.flatMap(({ inputs }) =>
    Object.keys(inputs).filter((i) => /node_modules\//.test(i)),
  );
  const kilobytes = Math.round(loaded.reduce((sum, { bytes }) => sum + bytes, 0) / 1000);
  return [
    ...(loaded.length === 0 ? [`${name}: no output is made of ${entry}`] : []),
    ...packages.map((i) => `${name}: loads ${i} as soon as it is activated`),
    ...(kilobytes > atStart
      ? [`${name}: loads ${kilobytes} kB when it is activated, at most ${atStart}`]
      : []),
  ];
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
    ...startProblems(name, meta),
  ];
}

const metas = JSON.parse(readFileSync(metaFile, 'utf8'));
const problems = Object.entries(metas).flatMap(([name, meta]) => problemsOf(name, meta));
if (Object.keys(metas).length === 0) problems.push('no bundle was checked');
for (const problem of problems) console.error(`bundle check: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`bundle check: ${Object.keys(metas).length} bundles`);
