import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { toError } from '../../src/base/async';
import { builtinLosses, outOfMemory, parityFp16, parityFp32 } from './accuracy-steps';
import { Lab, Skip } from './lab';
import type { Model } from './models';
import { exitCodeOf, judgeAll, type Machine, type Measurements, sumOf, tableOf } from './report';
import { type Measured, ROWS, type Table, type Values } from './rows';
import { provider } from './runtime-step';
import {
  headlineSession,
  headlineWhole,
  shareTrained,
  shareUntrained,
  versusUltralytics,
} from './speed-steps';
import { autoBatch, beside, stop } from './training-steps';

const repository = process.env.PITWALL_REPOSITORY ?? process.cwd();
const artifacts = path.join(repository, 'test/artifacts/gpu');
/** Of the ten minutes that the whole may take: what has not begun by then is left out by name. */
const BUDGET_MS = 9 * 60_000;

let model: Model | undefined;

/** In this order: a later step uses what an earlier one made. */
const STEPS: Readonly<Record<string, (lab: Lab) => Promise<Values>>> = {
  provider,
  'parity-fp32': parityFp32,
  'parity-fp16': parityFp16,
  builtin: builtinLosses,
  beside: async (lab) => {
    const measured = await beside(lab);
    model = measured.model;
    return measured.values;
  },
  'share-yolov8n': shareUntrained,
  'share-trained': (lab) => shareTrained(lab, model),
  'headline-session': headlineSession,
  'headline-whole': headlineWhole,
  'versus-ultralytics': versusUltralytics,
  'auto-batch': autoBatch,
  'out-of-memory': outOfMemory,
  stop,
};

async function measure(lab: Lab, id: string): Promise<Measured> {
  try {
    return { kind: 'measured', values: await STEPS[id](lab) };
  } catch (error) {
    // Of a program that failed, its own last line says why.
    const why = toError(error).message.trim().split('\n').at(-1) ?? '';
    return { kind: error instanceof Skip ? 'skipped' : 'broke', why };
  }
}

async function measureAll(lab: Lab, asked: readonly string[]): Promise<Table> {
  const start = performance.now();
  const table: Record<string, Measured> = {};
  for (const id of Object.keys(STEPS)) {
    const began = performance.now();
    if (!asked.includes(id)) table[id] = { kind: 'skipped', why: 'not asked for' };
    else if (lab.hasGpu && began - start > BUDGET_MS)
      table[id] = { kind: 'skipped', why: 'the time was used up' };
    else table[id] = await measure(lab, id);
    console.log(`${id}: ${((performance.now() - began) / 1000).toFixed(1)} s ${JSON.stringify(table[id])}`);
  }
  return table;
}

function machineOf(lab: Lab): Machine {
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: repository, encoding: 'utf8' });
  return {
    gpu: lab.card?.name ?? null,
    driver: lab.driver,
    platform: `${process.platform}-${process.arch}, Node ${process.versions.node}`,
    commit: git.stdout?.trim() || 'unknown',
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Installs what is needed: the Python environment of the suite against Ultralytics, made once in the user's cache. */
function pythonOf(): string {
  const given = process.env.PITWALL_PYTHON;
  if (given && existsSync(given)) return given;
  const script = path.join(repository, 'src/build/python-env.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('the Python environment could not be made');
  return stdout.trim();
}

async function measurements(asked: readonly string[]): Promise<Measurements> {
  const lab = new Lab(repository, pythonOf());
  try {
    if (!lab.hasGpu) console.log("NO GPU HERE: every step that can run does, with the CPU in CUDA's place\n");
    return { machine: machineOf(lab), rows: await measureAll(lab, asked) };
  } finally {
    lab.remove();
  }
}

function stepsAsked(text: string | undefined): readonly string[] {
  const asked = text?.split(',') ?? Object.keys(STEPS);
  const unknown = asked.find((id) => !Object.hasOwn(STEPS, id));
  if (unknown !== undefined) throw new Error(`no step ${unknown} (known: ${Object.keys(STEPS).join(', ')})`);
  return asked;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { steps: { type: 'string' }, judge: { type: 'string' } } });
  const measured: Measurements =
    values.judge === undefined
      ? await measurements(stepsAsked(values.steps))
      : JSON.parse(readFileSync(values.judge, 'utf8'));
  const judged = judgeAll(measured);
  const table = tableOf(measured, judged);
  if (values.judge === undefined) {
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(path.join(artifacts, 'report.json'), JSON.stringify({ ...measured, judged }, undefined, 1));
    writeFileSync(path.join(artifacts, 'report.md'), table);
  }
  console.log(`\n${table}`);
  for (const { id, said } of judged.filter(({ state }) => state === 'skipped'))
    console.log(`SKIPPED ${id}: ${said}`);
  for (const { id, said } of judged.filter(({ state }) => state === 'failed'))
    console.log(`FAILED ${id}: ${said}`);
  console.log(`\n${measured.machine.gpu ?? 'no GPU'}: ${sumOf(judged)} of ${ROWS.length} rows`);
  return exitCodeOf(judged);
}

process.exit(await main());
