// Writes the JSON schemas of *.train.yaml, *.sweep.yaml and targets.yaml for other YAML tools, from the tables of keys that the parsers
// use. Usage: node schema.mjs
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
export const SCHEMA_FILE = path.join(root, 'media/pitwall-experiment.schema.json');
const SWEEP_FILE = path.join(root, 'media/pitwall-sweep.schema.json');
const TARGETS_FILE = path.join(root, 'media/pitwall-targets.schema.json');

/** A TypeScript module of the pure layers, compiled and loaded. @param {string} file from the repository's root */
export async function importPure(file) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(root, file)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
  });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

/** @returns {Promise<string>} the file's text */
export async function schemaText() {
  const { experimentJsonSchema } = await importPure('src/domain/experiment/json-schema.ts');
  return `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`;
}

async function sweepText() {
  const { sweepJsonSchema } = await importPure('src/domain/sweep/json-schema.ts');
  return `${JSON.stringify(sweepJsonSchema(), null, 2)}\n`;
}

async function targetsText() {
  const { targetsJsonSchema } = await importPure('src/domain/targets/json-schema.ts');
  return `${JSON.stringify(targetsJsonSchema(), null, 2)}\n`;
}

if (pathToFileURL(process.argv[1] ?? '').href === import.meta.url) {
  writeFileSync(SCHEMA_FILE, await schemaText());
  writeFileSync(SWEEP_FILE, await sweepText());
  writeFileSync(TARGETS_FILE, await targetsText());
}
