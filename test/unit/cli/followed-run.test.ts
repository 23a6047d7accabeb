import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { epochRow } from '../../../src/cli/watch/human-reporter';
import { readState } from '../../../src/engine/compare/run-detections';
import { wholeExperiment, wholeRunFile } from '../../helpers/whole-experiment';
import { cli } from './harness';

let root = '';
const folderOf = (name: string): string => path.join(root, 'runs', name);

/** A table with a line an epoch, or with four steps an epoch; mAP of the last is in percent. */
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-followed-'));
  writeRun('by-epoch', 1);
  writeRun('by-step', 4);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const MAPS = [0.25, 0.5, 1.7];

function writeRun(name: string, stepsPerEpoch: number): void {
  const dir = folderOf(name);
  mkdirSync(dir, { recursive: true });
  const experiment = { file: 'f', text: '', resolved: wholeExperiment() };
  const follows = { folder: '/elsewhere', reads: 'csv', metrics: {} };
  const run = wholeRunFile({ id: name, name, cwd: root, experiment });
  writeFileSync(path.join(dir, 'run.json'), JSON.stringify({ ...run, follows }));
  const hello = { type: 'hello', t: 1, protocol: 1, trainer: 'command', pid: 1, attempt: 1, fromStep: 0 };
  const events = MAPS.flatMap((map, e) => [
    ...Array.from({ length: stepsPerEpoch }, (_, i) => {
      const step = e * stepsPerEpoch + i;
      return { type: 'step', t: 2 + step, step, epoch: e + 1, lr: [], loss: { total: 1 } };
    }),
    {
      ...{ type: 'epoch', t: 100 + e, epoch: e + 1, step: (e + 1) * stepsPerEpoch - 1 },
      ...{ seconds: 5, loss: { total: 1 }, metrics: { map } },
    },
  ]);
  const lines = [{ ...hello, groups: [], knobs: [] }, ...events].map((one) => `${JSON.stringify(one)}\n`);
  writeFileSync(path.join(dir, 'events.jsonl'), lines.join(''));
}

describe('a run of another program', () => {
  it('has its own best in JSON too', async () => {
    const { best } = JSON.parse((await cli(['show', 'by-epoch', '--json'], root)).out);
    expect(best).toEqual({ epoch: 2, map: 0.5, path: null, judgedBy: 'trainer' });
  });
  it('counts steps only if it has some', async () => {
    const stepsOf = async (run: string): Promise<unknown> =>
      JSON.parse((await cli(['show', run, '--json'], root)).out).step;
    expect([await stepsOf('by-epoch'), await stepsOf('by-step')]).toEqual([null, 11]);
  });
  it('shows no mAP in its lines that its table refuses', async () => {
    const state = await readState(folderOf('by-epoch'));
    const plain = (text: string): string => text;
    const style = { dim: plain, bold: plain, good: plain, warn: plain, bad: plain };
    expect(epochRow(state, 1, style)).toContain('0.500');
    expect(epochRow(state, 2, style)).not.toContain('1.7');
  });
  it('is not compared for the reason that show --curves gives', async () => {
    const reason = 'Its own program judged this run, and keeps no detections: only its numbers are known.';
    expect((await cli(['compare', 'by-epoch', 'by-step'], root)).err).toBe(
      `by-epoch: no detections of any epoch: ${reason}\n`,
    );
    expect((await cli(['show', 'by-epoch', '--curves'], root)).err).toContain(reason);
  });
});
