import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random';
import { updateMeta } from '../../../src/run/folder/whole-file';
import { writeJudgedRun } from '../../helpers/judged-run';
import { wholeExperiment } from '../../helpers/whole-experiment';
import { cli, lines } from './harness';

let root = '';
const names = (text: string): string[] => lines(text).map((line) => JSON.parse(line).name);

/** What a keeper writes beside a validation; draws of one key vary alike. */
function writeDrawn(dir: string, map: number, { key = 'k', seed = 1 } = {}): void {
  const [common, own] = [createRandom(1), createRandom(seed, 2)];
  const maps = Array.from({ length: 100 }, () => map + 0.02 * common.normal() + 0.004 * own.normal());
  const line = { type: 'drawn', t: 5, epoch: 2, key, units: 128, widening: 1, map, maps };
  appendFileSync(path.join(dir, 'validation.jsonl'), `${JSON.stringify(line)}\n`);
}

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-list-'));
  const runsDir = path.join(root, 'runs');
  const { schedule } = wholeExperiment();
  const at = (lr0: number) => ({ schedule: { ...schedule, lr0 } });
  const write = (name: string, map: number, lr0: number, created: number): string =>
    writeJudgedRun(runsDir, { name, shift: 1, map, experiment: at(lr0), run: { created } });
  writeDrawn(write('run-1', 0.6, 0.01, 1), 0.6, { seed: 1 });
  writeDrawn(write('run-2', 0.7, 0.02, 2), 0.7, { seed: 2 });
  const titled = write('run-10', 0.602, 0.01, 3);
  writeDrawn(titled, 0.602, { seed: 3 });
  writeDrawn(write('elsewhere', 0.9, 0.05, 4), 0.9, { key: 'another' });
  await updateMeta(titled, { title: 'Night', tags: ['line-3'], notes: 'more blur\nsecond line' });
  await updateMeta(write('old', 0.1, 0.5, 0), { archived: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const list = (...argv: string[]) => cli(['list', ...argv], root);

describe('list', () => {
  it('shows titles, tags and notes, and hides what is archived', async () => {
    const { out } = await list();
    expect(out).toMatch(/^Night \(run-10\) .* not yours; #line-3; more blur$/m);
    expect(out).not.toContain('old');
    expect((await list('--archived')).out).toMatch(/^old /m);
  });
  it('filters, sorts and cuts', async () => {
    expect(names((await list('--where', 'lr0 = .01', '--json')).out)).toEqual(['run-10', 'run-1']);
    expect(names((await list('--where', 'blur', '--json')).out)).toEqual(['run-10']);
    expect(names((await list('--sort', '-map', '--json')).out)).toEqual([
      'elsewhere',
      'run-2',
      'run-10',
      'run-1',
    ]);
    expect(names((await list('--sort', 'name', '--limit', '2', '--json')).out)).toEqual([
      'elsewhere',
      'run-1',
    ]);
  });
  it('has the columns that are named', async () => {
    const { out } = await list('--columns', 'name,map,lr0,own', '--sort', 'name', '--where', 'run');
    expect(lines(out)).toEqual([
      'name      map   lr0  own',
      'run-1   0.600  0.01  no',
      'run-2   0.700  0.02  no',
      'run-10  0.602  0.01  no',
    ]);
    const [first] = lines((await list('--columns', 'lr0,tags', '--json')).out);
    expect(JSON.parse(first)).toMatchObject({ name: 'elsewhere', columns: { lr0: 0.05, tags: [] } });
  });
  it('groups', async () => {
    const { out } = await list('--group', 'lr0', '--columns', 'name', '--sort', '-map');
    expect(lines(out)).toEqual([
      'name',
      'lr0 0.01: 2 runs, best 0.602',
      'run-10',
      'run-1',
      'lr0 0.02: 1 run, best 0.700',
      'run-2',
      'lr0 0.05: 1 run, best 0.900',
      'elsewhere',
    ]);
  });
  it('counts the runs of a group before it shows some of them', async () => {
    const { out } = await list('--group', 'lr0', '--columns', 'name', '--sort', '-map', '--limit', '1');
    expect(lines(out)).toEqual([
      'name',
      'lr0 0.01: 2 runs, 1 shown, best 0.602',
      'run-10',
      'lr0 0.02: 1 run, best 0.700',
      'run-2',
      'lr0 0.05: 1 run, best 0.900',
      'elsewhere',
    ]);
  });
  it('cuts a long title, which is whole for other programs', async () => {
    const dir = path.join(root, 'runs', 'old');
    const title = 'long '.repeat(20_000).trim();
    await updateMeta(dir, { title });
    const { out } = await list('--archived', '--columns', 'title,name');
    await updateMeta(dir, { title: undefined });
    expect(out).toMatch(/^long .*….* long +old$/m);
    expect(Math.max(...lines(out).map((line) => line.length))).toBeLessThan(120);
  });
  it('shows a date that cannot be as unknown, and does not take it for the latest', async () => {
    const odd = writeJudgedRun(path.join(root, 'runs'), { name: 'odd', shift: 1, run: { created: 1e300 } });
    const [{ out }, shown] = [await list(), await cli(['show', 'latest'], root)];
    rmSync(odd, { recursive: true });
    expect(out).toMatch(/^odd .* unknown /m);
    expect(lines(out).at(-1)).toMatch(/^odd /);
    expect(shown.out).toMatch(/^elsewhere /);
  });
  it('compares with a baseline, and says what is noise and what cannot be compared', async () => {
    const { out } = await list('--baseline', 'run-1');
    expect(out).toMatch(/^run-1 .* baseline$/m);
    expect(out).toMatch(/^run-2 .* \+0\.1000 .* better$/m);
    expect(out).toMatch(/^Night .* \+0\.0020 .* cannot be told apart$/m);
    expect(out).toMatch(/^elsewhere .* not on the same draws$/m);
    const found = lines((await list('--baseline', 'run-1', '--json', '--where', 'run-2')).out);
    expect(JSON.parse(found[0]).difference).toMatchObject({ verdict: 'second' });
  });
  it.each([
    [['--where', 'lr > 1'], '--where: no run has lr, did you mean lr0?'],
    [['--where', 'map > 99%'], '--where: map is a number, and 99% is not'],
    [['--group', 'name,map'], '--group name,map: expected one column'],
    [['--where', 'lr0 >'], '--where: the filter ends too early'],
    [['--columns', 'name,weather'], '--columns: no run has weather'],
    [['--sort', 'maps'], '--sort: no run has maps'],
    [['--baseline', 'gone'], 'gone: no run folder there'],
    [['--limit', '0'], 'expected a whole number'],
  ])('refuses %j with one line', async (argv, why) => {
    const { code, out, err } = await list(...argv);
    expect([code, out, lines(err).length]).toEqual([2, '', 1]);
    expect(err).toContain(why);
  });
});
