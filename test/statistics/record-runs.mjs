// Records healthy and sick runs for the table of alarms (docs/alarms.md): each case of alarm-cases.mjs is a real training, whose
// logs are kept in a work folder, with what the machine had left meanwhile. `pack-runs.mjs` makes the committed corpus of them.
// Runs that are there, or in the corpus, are not made again. Linux, and root for what needs a small disk or a full memory.
// Usage: node test/statistics/record-runs.mjs WORK [minutes] [part of a name] [--cli dist/cli.js]
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CASES } from './alarm-cases.mjs';
import {
  environmentOf,
  fillMemory,
  machineSample,
  makeSlow,
  memoryFile,
  placeOf,
  prepareData,
} from './record-troubles.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { cli: { type: 'string' } } });
const [work, minutes = '60', part = ''] = positionals;
if (work === undefined) throw new Error('usage: record-runs.mjs WORK [minutes] [part of a name]');
const root = path.resolve(import.meta.dirname, '../..');
const cli = path.resolve(values.cli ?? path.join(root, 'dist/cli.js'));
const corpus = path.join(root, 'test/fixtures/alarm-runs');
const until = Date.now() + Number(minutes) * 60_000;
const KEPT = ['run.json', 'events.jsonl', 'validation.jsonl', 'keeper.jsonl'];

mkdirSync(work, { recursive: true });
const data = prepareData(work, (folder) => spawnSync(process.execPath, [cli, 'init', folder]));

/** Steps that a run has made, by its log. */
function stepsOf(folder) {
  const file = path.join(folder, 'events.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('{"type":"step"').length - 1 : 0;
}

const ask = (folder, [command, ...args]) =>
  spawnSync(process.execPath, [cli, command, folder, ...args], { encoding: 'utf8', cwd: work });

/** Does what a case has for this step, once. */
function createTroubles(kase, folder, out) {
  const todo = [...(kase.meanwhile ?? [])];
  let slow;
  const askFor = ({ at, ask: request, after }) => {
    appendFileSync(path.join(out, 'asked.jsonl'), `${JSON.stringify({ t: Date.now(), at, request })}\n`);
    const answer = ask(folder, request);
    if (answer.status !== 0) console.log(`  ${request.join(' ')}: ${answer.stderr.trim()}`);
    if (after) ask(folder, after);
  };
  return {
    turn(steps) {
      if (kase.trouble?.memory) fillMemory(work, Math.max(0.01, 0.6 - steps / 150));
      if (kase.trouble?.slow && steps >= kase.trouble.at) slow ??= makeSlow(folder, kase.trouble.slow);
      if (todo.length > 0 && steps >= todo[0].at) askFor(todo.shift());
    },
    end: () => slow?.(),
  };
}

/** Reads twice a second what the machine has left, until the run is over. */
function attend(kase, folder, { isOver, out }) {
  const meminfo = kase.trouble?.memory ? memoryFile(work) : undefined;
  const troubles = createTroubles(kase, folder, out);
  const turn = () => {
    if (!existsSync(folder)) return;
    appendFileSync(path.join(out, 'samples.jsonl'), `${JSON.stringify(machineSample(folder, meminfo))}\n`);
    troubles.turn(stepsOf(folder));
  };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!isOver()) return turn();
      clearInterval(timer);
      troubles.end();
      resolve();
    }, 500);
  });
}

async function record(kase) {
  const out = path.join(work, 'recorded', kase.name);
  const place = placeOf(work, kase);
  mkdirSync(out, { recursive: true });
  const config = path.join(data[kase.data], 'pcb.train.yaml');
  const args = [
    'train',
    config,
    '--name',
    kase.name,
    '--runs',
    place.runs,
    ...kase.set.flatMap((s) => ['--set', s]),
  ];
  const { command, prefix, env } = environmentOf(kase, work);
  const child = spawn(command ?? process.execPath, [...prefix, cli, ...args], {
    cwd: work,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  let status;
  const folder = path.join(place.runs, kase.name);
  child.on('exit', (code) => (status = code));
  await attend(kase, folder, { isOver: () => status !== undefined && !isRunning(folder), out });
  if (!existsSync(path.join(folder, 'events.jsonl')))
    throw new Error(`${kase.name}: ${errors.trim().split('\n').at(-1)}`);
  for (const file of KEPT)
    if (existsSync(path.join(folder, file))) cpSync(path.join(folder, file), path.join(out, file));
  writeFileSync(path.join(out, 'case.json'), JSON.stringify(kase));
  place.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  return { status, steps: stepsOf(out) };
}

/** A run that was paused and goes on outlives the command that started it: its keeper is the last to end. */
function isRunning(folder) {
  const file = path.join(folder, 'status.json');
  if (!existsSync(file)) return false;
  const { keeper, trainer } = JSON.parse(readFileSync(file, 'utf8'));
  return [keeper, trainer].some((process_) => process_ && existsSync(`/proc/${process_.pid}`));
}

for (const kase of CASES) {
  if (!kase.name.includes(part) || Date.now() > until) continue;
  if (existsSync(path.join(work, 'recorded', kase.name, 'case.json'))) continue;
  if (existsSync(path.join(corpus, `${kase.name}.jsonl.gz`))) continue;
  const started = Date.now();
  rmSync(path.join(work, 'recorded', kase.name), { recursive: true, force: true });
  try {
    const { status, steps } = await record(kase);
    console.log(
      `${kase.name}: ${steps} steps, exit ${status}, ${Math.round((Date.now() - started) / 1000)} s`,
    );
  } catch (error) {
    console.log(`${kase.name}: FAILED ${error.message}`);
  }
}
console.log(`${readdirSync(path.join(work, 'recorded')).length} runs recorded`);
