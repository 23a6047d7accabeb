// What the product's own alarms report for simulated runs with known troubles, and for recorded ones: hits, delay and
// false alarms, into test/statistics/alarms.md. Usage: node test/statistics/alarms.mjs [seeds]
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const here = import.meta.dirname;
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-alarms-'));
const bundle = path.join(folder, 'alarms.cjs');
const contents = `export * from './alarm-worlds'; export * from './alarm-table';`;
const bundled = await build({
  stdin: { contents, resolveDir: here, loader: 'ts' },
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
});
writeFileSync(bundle, bundled.outputFiles[0].contents);
const { healthyWorlds, sickWorlds, tableOf } = require(bundle);
rmSync(folder, { recursive: true });

const seeds = Number(process.argv[2] ?? 18);
const number = (text) => (typeof text === 'string' ? Number(text) : text);

function recorded() {
  const file = path.join(here, '../fixtures/loss-runs.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const { name, sick, losses } = JSON.parse(line);
    const kind = `recorded, builtin: ${name.replace(/ \d+$/, '')}`;
    const rules = sick === 'diverged' ? ['diverged', 'non_finite', 'spike', 'jump', 'creep'] : [sick];
    return { kind, losses: losses.map(number), ...(sick ? { sickFrom: 0, rules } : { rules: [] }) };
  });
}

const isHealthy = ({ sickFrom }) => sickFrom === undefined;
const shown = ({ falseRules }) =>
  Object.entries(falseRules)
    .map(([rule, n]) => `${rule} ${n}`)
    .join(', ');
const healthy = tableOf([...healthyWorlds(seeds), ...recorded().filter(isHealthy)]);
const sick = tableOf([...sickWorlds(seeds), ...recorded().filter((world) => !isHealthy(world))]);
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
const stepsLater = (steps) => (Number.isNaN(steps) ? '-' : String(steps));

writeFileSync(
  path.join(here, 'alarms.md'),
  `# Alarms on the loss: what they catch, when, and how often they cry wolf

Made by \`node test/statistics/alarms.mjs\` with the product's own rules (\`src/domain/run/loss-rules.ts\`). Simulated runs have 3,000
steps, noise of one batch of 25 % (rough: 45 %), heavy tails (1 % of batches 4 to 24 times the loss) or odd batches (20 times);
recorded ones are of \`test/statistics/record-runs.mjs\`. A false alarm is any word of a healthy run, and any before the trouble
of a sick one. Healthy: ${sum(healthy, 'falseAlarms')} of ${sum(healthy, 'runs')} runs with a false alarm. Sick: ${sum(sick, 'hits')} of ${sum(sick, 'runs')} caught.

| healthy runs | runs | with a false alarm | rules |
|---|---|---|---|
${healthy.map((row) => `| ${row.kind} | ${row.runs} | ${row.falseAlarms} | ${shown(row)} |`).join('\n')}

| sick runs | runs | caught | steps to the first word (median) | false before |
|---|---|---|---|---|
${sick.map((row) => `| ${row.kind} | ${row.runs} | ${row.hits} | ${stepsLater(row.delay)} | ${row.falseAlarms} |`).join('\n')}
`,
);
console.log(
  `healthy ${sum(healthy, 'falseAlarms')}/${sum(healthy, 'runs')} false, sick ${sum(sick, 'hits')}/${sum(sick, 'runs')} caught`,
);
