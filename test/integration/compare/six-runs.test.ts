import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { startValidator } from '../../../src/engine/validator-process';
import { readRunSync } from '../../../src/run/folder/read';
import { zValidation } from '../../../src/run/validation';
import { runCliProcess } from '../../helpers/cli';
import { copyTinyData } from '../../helpers/old-runs';
import { repositoryRoot } from '../../helpers/shared';

// Three image sizes, two seeds, all classes and one: whatever is compared with whatever, each side has to be itself.
const EPOCHS = 20;
const RUNS = {
  'at-64': [],
  'at-64-seed-1': ['seed=1'],
  'at-96': ['imgsz=96'],
  'at-128': ['imgsz=128'],
  single: ['single_cls=true'],
  'single-96-seed-1': ['single_cls=true', 'imgsz=96', 'seed=1'],
} as const;
type Name = keyof typeof RUNS;
const NAMES = Object.keys(RUNS) as Name[];
const PAIRS = NAMES.flatMap((a) => NAMES.filter((b) => b > a).map((b) => [a, b] as const));

const zSide = z.object({ epoch: z.number(), reported: z.number(), map: z.number() });
const zReport = z.object({
  a: zSide,
  b: zSide,
  difference: z.object({
    map: z.number(),
    low: z.number(),
    high: z.number(),
    probabilityBetter: z.number(),
    verdict: z.enum(['first', 'second', 'neither']),
  }),
  recipes: z.object({ kind: z.string(), runs: z.number().optional() }),
  footing: z.array(z.string()),
});

let root = '';
const reported = new Map<Name, number>();
/** mAP50-95 with all classes taken for one. */
const asOne = new Map<Name, number>();
const isSingle = (name: Name): boolean => name.startsWith('single');

beforeAll(async () => {
  root = copyTinyData();
  for (const name of NAMES) await train(name);
  const validator = startValidator({ installDir: path.join(repositoryRoot, 'dist') });
  for (const name of NAMES) {
    const dir = path.join(root, 'runs', name);
    const model = path.join(dir, `checkpoints/epoch-00${EPOCHS}/model.onnx`);
    const { data } = readRunSync(dir).experiment.resolved;
    const { report } = await validator.validate({ model, data, single_cls: true, device: 'cpu' });
    asOne.set(name, report.map);
  }
  await validator.stop();
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function train(name: Name): Promise<void> {
  const keys = [`epochs=${EPOCHS}`, `validation.every=${EPOCHS}`, 'lr0=0.01', ...RUNS[name]];
  const settings = keys.flatMap((key) => ['--set', key]);
  const { code, err } = await runCliProcess(['train', 'tiny.train.yaml', '--name', name, ...settings], root);
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  const lines = readFileSync(path.join(root, 'runs', name, 'validation.jsonl'), 'utf8')
    .trim()
    .split('\n');
  const last = lines
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'validation')
    .at(-1);
  const { epoch, map } = zValidation.parse(last);
  expect(epoch).toBe(EPOCHS);
  reported.set(name, map);
}

async function compare(a: Name, b: Name) {
  const { code, out, err } = await runCliProcess(['compare', a, b, '--json'], root);
  expect([code, err]).toEqual([0, '']);
  return zReport.parse(JSON.parse(out));
}

/** What a side must give beside the other: its own report, or its result with one class if the other has one. */
function expected(name: Name, other: Name): number {
  const one = isSingle(other) && !isSingle(name);
  return (one ? asOne : reported).get(name) ?? Number.NaN;
}

it.each(PAIRS)('%s and %s: each is itself, and swapped they are mirrored', async (a, b) => {
  const [there, back] = [await compare(a, b), await compare(b, a)];
  expect(Math.abs(there.a.map - expected(a, b))).toBeLessThanOrEqual(0.0005);
  expect(Math.abs(there.b.map - expected(b, a))).toBeLessThanOrEqual(0.0005);
  expect([there.a.reported, there.b.reported]).toEqual([reported.get(a), reported.get(b)]);
  expect([back.a, back.b]).toEqual([there.b, there.a]);
  const { low, high, map, verdict } = there.difference;
  const mirrored = { neither: 'neither', first: 'second', second: 'first' }[verdict];
  expect(back.difference).toMatchObject({ map: -map, low: -high, high: -low, verdict: mirrored });
  expect(back.difference.probabilityBetter).toBeCloseTo(1 - there.difference.probabilityBetter, 12);
  const said = there.footing.join();
  expect(/single_cls is/.test(said)).toBe(isSingle(a) !== isSingle(b));
});

it('two seeds of one recipe: what tells them apart is luck, with n', async () => {
  const { recipes } = await compare('at-64', 'at-64-seed-1');
  expect(recipes).toMatchObject({ kind: 'same-recipe', runs: 2 });
  const { recipes: others } = await compare('at-64', 'at-96');
  expect(others.kind).toBe('seeds');
  expect((await compare('at-96', 'at-128')).recipes.kind).toBe('one-run-each');
});
