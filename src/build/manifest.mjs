// Writes what commands make of the manifest, package.json and both package.nls files, from src/extension/commands/manifest.ts.
// Usage: node manifest.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importPure } from './schema.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { commandManifest, commandTitles } = await importPure('src/extension/commands/manifest.ts');

/** @param {string} name @param {(json: object) => object} change */
function rewrite(name, change) {
  const file = path.join(root, name);
  writeFileSync(file, `${JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8'))), null, 2)}\n`);
}

const withTitles = (language) => (json) => {
  const entries = Object.entries(json);
  const first = entries.findIndex(([key]) => key.startsWith('command.'));
  const others = entries.filter(([key]) => !key.startsWith('command.'));
  others.splice(first, 0, ...Object.entries(commandTitles(language)));
  return Object.fromEntries(others);
};

rewrite('package.json', (json) => ({ ...json, contributes: { ...json.contributes, ...commandManifest() } }));
rewrite('package.nls.json', withTitles('title'));
rewrite('package.nls.zh-cn.json', withTitles('chinese'));
