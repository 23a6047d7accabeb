import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { keepAbove, keepFirst } from '../../src/domain/compare/reduce';
import { decodeDetections, encodeDetections } from '../../src/run/detections-file';

const LEAST = 0.05;
const MOST = 8;
const EPOCHS = ['epoch-0004.det', 'epoch-0005.det'];
/** Of the others only what was said of them is needed. */
const COMPARED = ['base-0', 'base-1', 'slow-0'];
const TEXTS = ['run.json', 'status.json', 'keeper.jsonl', 'validation.jsonl'];

const [runs = ''] = process.argv.slice(2);
const packed: Record<string, string> = {};
for (const run of readdirSync(runs).filter((name) => /^(base|slow)-\d$/.test(name))) {
  for (const name of TEXTS)
    packed[`${run}/${name}`] = anonymous(readFileSync(path.join(runs, run, name), 'utf8'));
  const events = readFileSync(path.join(runs, run, 'events.jsonl'), 'utf8').split('\n');
  packed[`${run}/events.jsonl`] = anonymous(
    events.filter((line) => !line.includes('"type":"step"')).join('\n'),
  );
  for (const epoch of COMPARED.includes(run) ? EPOCHS : [])
    packed[`${run}/validation/${epoch}`] = trimmed(path.join(runs, run, 'validation', epoch));
}
const file = path.join(process.env.PITWALL_REPOSITORY ?? '.', 'test/fixtures/verdict-runs.json.gz');
writeFileSync(file, gzipSync(JSON.stringify(packed), { level: 9 }));

/** Without the folder and the machine that the runs were made on. */
function anonymous(text: string): string {
  return text.replaceAll(path.dirname(path.resolve(runs)), '{root}').replaceAll(os.hostname(), 'recorded');
}

function trimmed(source: string): string {
  const file = decodeDetections(readFileSync(source));
  if (!file) throw new Error(`${source}: is not a detections file`);
  const rule = { ...file.header.rule, conf: LEAST, max_det: MOST };
  const { detections } = keepFirst(keepAbove(file, LEAST), MOST);
  const bytes = encodeDetections({ header: { ...file.header, rule }, detections, truth: file.truth });
  return Buffer.from(bytes).toString('base64');
}
