// Every model and random sets of arguments through a real Ultralytics, into docs/ultralytics-matrix.md.
// Usage: node test/ultralytics/matrix/main.mjs [--only NAME,NAME] [--sets N] [--models none] [--missing] [--turn N] [--dir D]
// --missing: what results.json has as good is kept; the rest is tried, with --turn N at most N of the sets in one call
// (with the same --dir the model that they start from is trained once).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { checkSets } from './arguments.mjs';
import { python, root } from './bench.mjs';
import { MODELS } from './models.mjs';
import { checkModel } from './row.mjs';
import { pageOf } from './table.mjs';

const RESULTS = path.join(import.meta.dirname, 'results.json');
const PAGE = path.join(root, 'docs/ultralytics-matrix.md');
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sets: { type: 'string', default: '40' },
    models: { type: 'string', default: 'all' },
    missing: { type: 'boolean', default: false },
    turn: { type: 'string', default: '40' },
    dir: { type: 'string' },
  },
});

function openFolder() {
  const dir = values.dir ?? mkdtempSync(path.join(tmpdir(), 'pitwall-matrix-'));
  mkdirSync(dir, { recursive: true });
  execFileSync(python, [path.join(root, 'test/fixtures/ultralytics/make_tasks.py'), dir]);
  return dir;
}

const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : { models: {}, sets: [] };

function keep() {
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(PAGE, pageOf(results, MODELS));
}

const isGoodRow = (row) => Object.values(row).every(({ ok = true }) => ok);

/** A checkpoint that a row trains from is written by the row before it. */
function modelsToTry() {
  if (values.models === 'none') return [];
  const only = values.only?.split(',');
  const missing = (name) => !(values.missing && results.models[name] && isGoodRow(results.models[name]));
  const leads = new Set(MODELS.filter(({ name }) => missing(name)).map(({ after }) => after));
  return MODELS.filter(({ name }) => only?.includes(name) ?? (missing(name) || leads.has(name)));
}

async function checkModels(dir) {
  for (const given of modelsToTry()) {
    const started = Date.now();
    const row = await checkModel({ imgsz: 96, keys: {}, ...given }, dir).catch((error) => ({
      starts: { ok: false, note: String(error.message) },
    }));
    results.models[given.name] = row;
    const cells = Object.entries(row).map(([key, value]) => `${key} ${value.ok ?? value}`);
    console.log(`${given.name} (${Math.round((Date.now() - started) / 1000)} s): ${cells.join(', ')}`);
    keep();
  }
}

const folder = openFolder();
const script = 'import importlib.metadata as m; print(m.version("ultralytics"))';
results.version = execFileSync(python, ['-c', script], { encoding: 'utf8' }).trim();
await checkModels(folder);
const known = values.missing ? results.sets : [];
const asked = { count: Number(values.sets), turn: Number(values.turn), dir: folder, known };
await checkSets(asked, (sets) => {
  results.sets = sets;
  keep();
});
keep();
console.log(`results of ${folder} are in ${PAGE}`);
