// Makes the committed corpus of the alarms, test/fixtures/alarm-runs, of what record-runs.mjs recorded: of each run what the
// monitors read, in few digits, one gzip file a run. Names of machines, folders and people are left out.
// Usage: node test/statistics/pack-runs.mjs WORK
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const [work] = process.argv.slice(2);
const out = path.resolve(import.meta.dirname, '../fixtures/alarm-runs');
const SAMPLE_MS = 5000;

const short = (digits) => (value) => (typeof value === 'number' ? Number(value.toPrecision(digits)) : value);
const mapValues = (record, map) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
const linesOf = (file) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];

const EVENTS = new Set(['hello', 'plan', 'step', 'epoch', 'checkpoint', 'control', 'end']);

function event({ grad: _, ...rest }) {
  if (rest.type !== 'step') return rest;
  const { lr, loss, ips, wait, ...place } = rest;
  const waited = wait === undefined ? {} : { wait: Number(wait.toFixed(3)) };
  return { ...place, lr: lr.map(short(5)), loss: mapValues(loss, short(4)), ips: short(3)(ips), ...waited };
}

const validation = ({ perClass: _, why: __, seconds, ...rest }) => ({
  ...rest,
  ...(rest.type === 'validation' && {
    perClass: [],
    seconds: { total: seconds.total, inference: seconds.inference },
  }),
});

function runOf(run, kase) {
  const { experiment, machine } = run;
  const { resolved, file } = experiment;
  return {
    ...run,
    cwd: '/',
    git: undefined,
    python: undefined,
    set: kase.set,
    machine: { ...machine, host: 'host', node: '' },
    experiment: { file: path.basename(file), text: '', resolved: { ...resolved, data: kase.data } },
  };
}

/** One sample in five seconds, as the keeper takes them. */
function samplesOf(samples) {
  let next = 0;
  return samples.filter(({ t }) => {
    if (t < next) return false;
    next = t + SAMPLE_MS;
    return true;
  });
}

function pack(name) {
  const of = (file) => path.join(work, 'recorded', name, file);
  const kase = JSON.parse(readFileSync(of('case.json'), 'utf8'));
  const run = JSON.parse(readFileSync(of('run.json'), 'utf8'));
  const entries = [
    ...linesOf(of('events.jsonl'))
      .filter(({ type }) => EVENTS.has(type))
      .map((value) => ({ source: 'events', value: event(value) })),
    ...linesOf(of('validation.jsonl')).map((value) => ({ source: 'validation', value: validation(value) })),
    ...samplesOf(linesOf(of('samples.jsonl'))).map((value) => ({ source: 'machine', value })),
  ];
  const troubles = (kase.meanwhile ?? []).map(({ at }) => at);
  const header = { name, sick: kase.sick, from: kase.trouble?.at ?? troubles[0] ?? 0, run: runOf(run, kase) };
  const text = [header, ...entries.sort((a, b) => a.value.t - b.value.t)]
    .map((line) => JSON.stringify(line))
    .join('\n');
  writeFileSync(path.join(out, `${name}.jsonl.gz`), gzipSync(`${text}\n`, { level: 9 }));
}

mkdirSync(out, { recursive: true });
const names = readdirSync(path.join(work, 'recorded')).filter((name) =>
  existsSync(path.join(work, 'recorded', name, 'case.json')),
);
for (const name of names) pack(name);
console.log(`${names.length} runs packed`);
