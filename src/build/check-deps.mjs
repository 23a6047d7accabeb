// Import rules of ARCHITECTURE.md, by dependency-cruiser. Fails too when suspiciously few modules were seen: with a
// TypeScript it does not know, the tool checks nothing and exits 0. Usage: node check-deps.mjs [root] [fewest]
import { existsSync } from 'node:fs';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import ruleSet from '../../.dependency-cruiser.cjs';

const home = path.resolve(import.meta.dirname, '../..');
const root = path.resolve(process.argv[2] ?? home);
const fewest = Number(process.argv[3] ?? 60);

process.chdir(root);
const folders = ['src', 'webview', 'test'].filter((folder) => existsSync(folder));
const { output } = await cruise(
  folders,
  {
    ruleSet,
    validate: true,
    tsPreCompilationDeps: true,
    exclude: '^test/(fixtures|artifacts)/|^(src|test)/.*\\.mjs$',
    doNotFollow: { path: 'node_modules' },
  },
  // A package may have nothing but `exports`.
  { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  { tsConfig: extractTSConfig(path.join(home, 'tsconfig.json')) },
);
const { violations, totalCruised } = output.summary;
for (const v of violations) console.error(`import rule ${v.rule.name}: ${v.from} -> ${v.to}`);
if (totalCruised < fewest)
  console.error(`import rules: only ${totalCruised} modules seen, expected at least ${fewest}`);
if (violations.length > 0 || totalCruised < fewest) process.exit(1);
console.log(`import rules: ${totalCruised} modules`);
