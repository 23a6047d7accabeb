// cspell:ignore wieghts
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { writeExample } from '../../src/dataset/example/write-example';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { zTrainerEvent } from '../../src/run/events';
import { readRunSync } from '../../src/run/folder/read';
import { zKeeperEntry } from '../../src/run/keeper-entry';
import { RUN_STATES } from '../../src/run/state-names';
import { zValidation, zValidationEntry, zValidationReport } from '../../src/run/validation';
import { linesOf, runCliProcess, spawnCli } from '../helpers/cli';
import { until as eventually } from '../helpers/until';

// The whole chain through dist/cli.js: trainer, keeper and validator as processes of their own, on a few images.
let dir = '';
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-train-'));
  await writeExample(dir, { train: 16, val: 8 });
});
afterAll(() => {
  for (const name of readdirSync(path.join(dir, 'runs'))) {
    if (existsSync(path.join(runDir(name), 'run.json')))
      for (const { pid } of processesOfRun(readRunSync(runDir(name)).id)) process.kill(pid, 'SIGKILL');
  }
  rmSync(dir, { recursive: true, force: true });
});

const SMALL = ['--set', 'batch=4', '--set', 'imgsz=64', '--set', 'warmup_epochs=1'];
const train = (name: string, epochs: number, ...more: string[]): string[] => [
  'train',
  'pcb.train.yaml',
  '--name',
  name,
  '--set',
  `epochs=${epochs}`,
  ...SMALL,
  ...more,
];
/** Epochs of a run that is caught in its middle, and their steps: more than a fast machine trains in between. */
const LONG = { epochs: 40, steps: 160 };
const EVERY_EPOCH = Array.from({ length: LONG.epochs }, (_, i) => i + 1);
/** Epochs of a run that is never trained to its end. */
const ENDLESS = 100_000;
const runDir = (name: string): string => path.join(dir, 'runs', name);

const zBest = z.object({ epoch: z.number().int(), map: z.number(), path: z.string() });
const zResult = z.object({
  type: z.literal('result'),
  run: z.string(),
  state: z.enum(RUN_STATES),
  best: zBest,
});
const zLine = z.union([zTrainerEvent, zKeeperEntry, zValidationEntry, zResult]);
const zShow = z.object({
  run: z.string(),
  state: z.enum(RUN_STATES),
  epoch: z.number().int(),
  epochs: z.number().int(),
  step: z.number().int(),
  best: zBest.nullable(),
  validations: z.array(zValidation),
  problems: z.array(z.string()),
});

const jsonLines = (text: string): unknown[] => linesOf(text).map((line) => JSON.parse(line));

async function show(name: string): Promise<z.infer<typeof zShow>> {
  const { code, out } = await runCliProcess(['show', name, '--json'], dir);
  expect(code).toBe(0);
  return zShow.parse(JSON.parse(out));
}

/** Reads again until the run is at the point that the test needs. */
async function until(name: string, holds: (report: z.infer<typeof zShow>) => boolean): Promise<void> {
  let last = '';
  const looked = async (): Promise<boolean> => {
    if (!existsSync(path.join(runDir(name), 'run.json'))) return false;
    const report = await show(name);
    last = JSON.stringify(report).slice(0, 300);
    return holds(report);
  };
  await eventually(looked, () => `${name} did not come so far: ${last}`);
}

/** Waits for an epoch by the run's log alone: a program started for each look is slower than a short epoch of a fast machine. */
async function untilEpoch(name: string, epoch: number): Promise<void> {
  const log = path.join(runDir(name), 'events.jsonl');
  const ended = (): number =>
    existsSync(log)
      ? linesOf(readFileSync(log, 'utf8')).filter((line) => line.includes('"type":"epoch"')).length
      : 0;
  await eventually(
    () => ended() >= epoch,
    () => `${name} trained ${ended()} epochs`,
  );
}

function killRole(name: string, role: string): void {
  const found = processesOfRun(readRunSync(runDir(name)).id).filter((p) => p.role === role);
  expect(found.length, `${role} of ${name}`).toBeGreaterThan(0);
  for (const { pid } of found) process.kill(pid, 'SIGKILL');
}

describe('train', () => {
  it('prints every event, a validation for each epoch and the result as JSON lines', async () => {
    const { code, out } = await runCliProcess(train('json', 2, '--json'), dir);
    expect(code).toBe(0);
    const lines = jsonLines(out).map((line) => zLine.parse(line));
    const types = lines.map(({ type }) => type);
    expect(types.filter((type) => type === 'step')).toHaveLength(8);
    expect(lines.filter((line) => line.type === 'validation').map((line) => line.epoch)).toEqual([1, 2]);
    expect(types.at(-1)).toBe('result');
    const result = zResult.parse(lines.at(-1));
    expect(result).toMatchObject({ run: runDir('json'), state: 'completed' });
    expect(existsSync(result.best.path)).toBe(true);
    expect(readFileSync(path.join(runDir('json'), 'run.json'), 'utf8')).toContain('epochs=2');
  });

  it('prints a row per epoch, a summary with the best epoch starred, and where the run is', async () => {
    const { code, out, err } = await runCliProcess(train('plain', 2), dir);
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toContain('\u001b');
    const lines = linesOf(out);
    expect(lines.filter((line) => /^ *[12]\/2 /.test(line))).toHaveLength(2);
    expect(lines.filter((line) => /^ *[12]( +\d\.\d{3}){4}/.test(line))).toHaveLength(2);
    expect(lines.filter((line) => line.endsWith('* best'))).toHaveLength(1);
    expect(lines.filter((line) => /^completed: 2 epochs, /.test(line))).toHaveLength(1);
    expect(lines.at(-1)).toBe(`run: ${runDir('plain')}`);
  });

  it('goes on when the command line is killed, and tells the truth afterwards', async () => {
    const { child, done } = spawnCli(train('killed', LONG.epochs), dir);
    await untilEpoch('killed', 2);
    child.kill('SIGKILL');
    expect((await done).signal).toBe('SIGKILL');
    expect(['running', 'validating']).toContain((await show('killed')).state);
    const watched = await runCliProcess(['watch', 'killed', '--json'], dir);
    expect(watched.code).toBe(0);
    const report = await show('killed');
    expect(report).toMatchObject({
      state: 'completed',
      epoch: LONG.epochs,
      epochs: LONG.epochs,
      step: LONG.steps - 1,
      problems: [],
    });
    expect(report.validations.map(({ epoch }) => epoch)).toEqual(EVERY_EPOCH);
  });

  it('starts another keeper when the keeper is killed, and misses no epoch', async () => {
    const { done } = spawnCli(train('orphan', LONG.epochs), dir);
    await untilEpoch('orphan', 2);
    killRole('orphan', 'keeper');
    const { code, err } = await done;
    expect([code, err]).toEqual([0, '']);
    const report = await show('orphan');
    expect(report).toMatchObject({ state: 'completed', epoch: LONG.epochs, step: LONG.steps - 1 });
    expect(report.validations.map(({ epoch }) => epoch)).toEqual(EVERY_EPOCH);
  });

  it('goes on when the validator is killed', async () => {
    const { done } = spawnCli(train('blind', LONG.epochs), dir);
    await until('blind', ({ validations }) => validations.length >= 1);
    killRole('blind', 'validator');
    expect((await done).code).toBe(0);
    expect((await show('blind')).validations).toHaveLength(LONG.epochs);
  });

  it('fails with 1 and says how when the trainer is killed, and resumes', async () => {
    const { done } = spawnCli(train('crash', LONG.epochs), dir);
    await untilEpoch('crash', 3);
    killRole('crash', 'trainer');
    const { code, out } = await done;
    expect(code).toBe(1);
    expect(out).toMatch(/^failed: .*SIGKILL/m);
    const resumed = await runCliProcess(['train', '--resume', 'crash'], dir);
    expect([resumed.code, resumed.err]).toEqual([0, '']);
    expect(await show('crash')).toMatchObject({
      state: 'completed',
      epoch: LONG.epochs,
      step: LONG.steps - 1,
    });
  });

  it('stops on Ctrl-C with 130 and goes on from there with --resume', async () => {
    const { child, done } = spawnCli(train('stopped', LONG.epochs, '--json'), dir);
    await untilEpoch('stopped', 3);
    child.kill('SIGINT');
    const { code, out } = await done;
    expect(code).toBe(130);
    expect(jsonLines(out).at(-1)).toMatchObject({ type: 'result', state: 'stopped' });
    const resumed = await runCliProcess(['train', '--resume', 'stopped', '--json'], dir);
    expect([resumed.code, resumed.err]).toEqual([0, '']);
    const lines = jsonLines(resumed.out) as { type: string; attempt?: number; step?: number }[];
    const hello = lines.find(({ type }) => type === 'hello');
    expect(hello).toMatchObject({ attempt: 2 });
    expect(lines.find(({ type }) => type === 'step')?.step).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatchObject({ type: 'result', state: 'completed' });
    expect(await show('stopped')).toMatchObject({
      state: 'completed',
      epoch: LONG.epochs,
      step: LONG.steps - 1,
    });
  });
});

describe('a run in the background', () => {
  it('is started with --detach, changed, paused and continued', async () => {
    const started = await runCliProcess(train('back', ENDLESS, '--detach'), dir);
    expect([started.code, started.err]).toEqual([0, '']);
    await until('back', ({ epoch, state }) => state === 'running' && epoch >= 2);
    const set = await runCliProcess(['set', 'back', 'lr=0.001', '--hold'], dir);
    expect([set.code, set.err]).toEqual([0, '']);
    const misspelt = await runCliProcess(['set', 'back', 'lr=0.001', '--group', 'wieghts'], dir);
    expect([misspelt.code, misspelt.out]).toEqual([2, '']);
    expect(misspelt.err).toMatch(/^.*no parameter group wieghts; did you mean weights\?\n$/);
    const paused = await runCliProcess(['pause', 'back'], dir);
    expect([paused.code, paused.err]).toEqual([0, '']);
    expect(paused.out).toContain('paused');
    expect((await show('back')).state).toBe('paused');
    const again = await runCliProcess(['pause', 'back'], dir);
    expect([again.code, again.out]).toEqual([2, '']);
    const late = await runCliProcess(['set', 'back', 'lr=0.001'], dir);
    expect([late.code, late.out, linesOf(late.err).length]).toEqual([2, '', 1]);
    expect((await runCliProcess(['continue', 'back'], dir)).code).toBe(0);
    await until('back', ({ state }) => state === 'running');
    const refused = await runCliProcess(['continue', 'back'], dir);
    expect([refused.code, linesOf(refused.err).length]).toEqual([75, 1]);
    const stopped = await runCliProcess(['stop', 'back'], dir);
    expect([stopped.code, stopped.err]).toEqual([0, '']);
    expect((await show('back')).state).toBe('stopped');
  });

  it('is listed with the others, newest first', async () => {
    const { code, out } = await runCliProcess(['list', '--json'], dir);
    expect(code).toBe(0);
    const names = (jsonLines(out) as { name: string; state: string }[]).map(
      ({ name, state }) => `${name} ${state}`,
    );
    expect(names).toEqual([
      'back stopped',
      'stopped completed',
      'crash completed',
      'blind completed',
      'orphan completed',
      'killed completed',
      'plain completed',
      'json completed',
    ]);
  });
});

describe('a checkpoint of a run', () => {
  it('is validated again to the same numbers', async () => {
    const { best } = await show('plain');
    const { code, out, err } = await runCliProcess(['validate', '--run', 'plain', '--json'], dir);
    expect([code, err]).toEqual([0, '']);
    expect(zValidationReport.parse(JSON.parse(out)).map).toBeCloseTo(best?.map ?? Number.NaN, 6);
  });
  it('is refused if it was cleaned away, with what is kept', async () => {
    const { code, err } = await runCliProcess(['validate', '--run', 'killed@99'], dir);
    expect(code).toBe(2);
    expect(err).toMatch(/^killed@99: no checkpoint of epoch 99; kept are /);
  });
  it('is not gone back to if nothing can be trained after it, nor if it is not there', async () => {
    const refused = async (expected: RegExp, ...more: string[]): Promise<void> => {
      const { code, out, err } = await runCliProcess(['rewind', 'plain', ...more], dir);
      expect([code, out, linesOf(err).length]).toEqual([2, '', 1]);
      expect(err).toMatch(expected);
    };
    await refused(/epoch 2 is the run's last, so nothing would be trained; earlier checkpoints: 1$/m);
    await refused(/no checkpoint of epoch 99; there are: 1, 2$/m, '--to', '99');
    expect((await show('plain')).state).toBe('completed');
  });
  it('predicts nothing in a file that is not an image: bad input', async () => {
    const model = path.join(runDir('plain'), 'checkpoints/epoch-0002/model.onnx');
    const { code, err } = await runCliProcess(['predict', model, 'a.train.yaml'], dir);
    expect([code, linesOf(err).length]).toEqual([2, 1]);
  });
  it('predicts boxes in an image', async () => {
    const model = path.join(runDir('plain'), 'checkpoints/epoch-0002/model.onnx');
    const image = path.join('images/val', 'pcb_0016.png');
    const { code, out } = await runCliProcess(['predict', model, image, '--conf', '0', '--json'], dir);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ width: 128, height: 128 });
  });
});
