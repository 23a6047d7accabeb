import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { parseValidationLine } from '../../../src/run/parse-entry';
import { linesOf, runCliProcess } from '../../helpers/cli';
import { copyOldRuns } from '../../helpers/old-runs';

// Run folders as 9508bab left them: boxes in the input of the model, fingerprints of paths, an experiment without later keys.
let root = '';
beforeAll(() => {
  root = copyOldRuns();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const zSide = z.object({ epoch: z.number(), reported: z.number(), map: z.number() });
const zCompared = z.object({ a: zSide, b: zSide, footing: z.array(z.string()) });

async function compare(a: string, b: string): Promise<z.infer<typeof zCompared>> {
  const { code, out, err } = await runCliProcess(['compare', a, b, '--json'], root);
  expect([code, err]).toEqual([0, '']);
  return zCompared.parse(JSON.parse(out));
}

it('open', async () => {
  const { code, out } = await runCliProcess(['show', 'old', '--json'], root);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ state: 'stopped', epoch: 25, best: { epoch: 25 }, problems: [] });
  expect((await runCliProcess(['list'], root)).err).toBe('');
});

it('are acted on only with --trust, and set foretells nothing before', async () => {
  for (const argv of [
    ['set', 'old', 'lr=0.01'],
    ['rewind', 'old'],
    ['continue', 'old'],
  ]) {
    const { code, out, err } = await runCliProcess(argv, root);
    expect([code, out, linesOf(err).length], argv[0]).toEqual([2, '', 1]);
    expect((await runCliProcess(['help', argv[0]], root)).out).toContain('--trust');
  }
});

it('are compared across image sizes, each by its own report', async () => {
  for (const [a, b] of [
    ['old', 'old-wide'],
    ['old-wide', 'old'],
  ]) {
    const compared = await compare(a, b);
    for (const side of [compared.a, compared.b])
      expect(Math.abs(side.map - side.reported)).toBeLessThanOrEqual(0.0005);
  }
});

it('are resumed, and what comes after is compared with what was before', async () => {
  const { code, err } = await runCliProcess(['train', '--resume', 'old', '--trust'], root);
  expect([code, err.includes('val set has changed')]).toEqual([0, false]);
  const file = path.join(root, 'runs/old/validation.jsonl');
  const entries = linesOf(readFileSync(file, 'utf8')).map((line) => parseValidationLine(line).value);
  const later = entries.filter((entry) => entry !== undefined).filter(({ epoch }) => epoch > 25);
  expect(later.filter(({ type }) => type === 'validation').at(-1)?.epoch).toBe(30);
  // The best before is that of 9508bab: its images are found again by name, size and labels.
  const verdicts = later.filter(({ type }) => type === 'compared');
  expect(verdicts[0]).toMatchObject({ versusBest: { epoch: 25 } });
  const compared = await compare('old@30', 'old-wide');
  expect(compared.footing.join()).toContain('matched by name, size and labels');
  for (const side of [compared.a, compared.b])
    expect(Math.abs(side.map - side.reported)).toBeLessThanOrEqual(0.0005);
});
