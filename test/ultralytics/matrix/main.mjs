// Every model and random sets of arguments through a real Ultralytics, into docs/ultralytics-matrix.md.
// Usage: node test/ultralytics/matrix/main.mjs [--only NAME,NAME] [--sets N] [--models none] [--dir D]
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

async function checkModels(dir) {
  const only = values.only?.split(',');
  for (const given of MODELS.filter(
    ({ name }) => values.models !== 'none' && (only?.includes(name) ?? true),
  )) {
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
await checkSets(Number(values.sets), folder, (sets) => {
  results.sets = sets;
  keep();
});
keep();
console.log(`results of ${folder} are in ${PAGE}`);
