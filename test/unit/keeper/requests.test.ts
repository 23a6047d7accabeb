// cspell:ignore requ
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { waitAnswer } from '../../../src/engine/control/ask';
import { Requests } from '../../../src/keeper/requests';
import { RunJournal } from '../../../src/keeper/run-journal';
import { createRun } from '../../../src/run/folder/create';
import { runPaths } from '../../../src/run/folder/paths';
import { readRun } from '../../../src/run/folder/read';
import { wholeExperiment } from '../../helpers/whole-experiment';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-requests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a request that is not understood is answered at once, by the name of its file', async () => {
  const { dir } = await createRun({
    experimentFile: path.join(folder, 'pcb.train.yaml'),
    text: 'model: nano\n',
    experiment: wholeExperiment(),
    runsDir: path.join(folder, 'runs'),
    pitwallVersion: '0.1.0',
  });
  const paths = runPaths(dir);
  const fail = (error: unknown): never => {
    throw error;
  };
  const journal = RunJournal.open(dir, await readRun(dir), fail);
  const requests = new Requests(paths, journal, fail);
  const check = async (id: string, text: string, expected: string): Promise<void> => {
    writeFileSync(path.join(paths.control, `${id}.json`), text);
    expect(requests.take()).toEqual([]);
    journal.flush();
    const answer = await waitAnswer(dir, id, 0);
    expect(answer).toMatchObject({ ok: false, request: { type: 'unknown' } });
    expect(answer?.message).toBe(expected);
    expect(readdirSync(paths.control)).toEqual(['trainer']);
  };
  const ask = (id: string, request: object): string => JSON.stringify({ id, t: 1, from: 'vscode', request });
  await check(
    'a',
    ask('a', { type: 'rotate', by: 2 }),
    'rotate is not understood by the keeper of this run: it may be of an older Pitwall',
  );
  // A type of ours with values that are not.
  await check(
    'b',
    ask('b', { type: 'pin', epoch: 'first' }),
    'pin is not understood by the keeper of this run: it may be of an older Pitwall',
  );
  const nothing = 'what was asked is not understood by the keeper of this run';
  await check('c', '{"id": "c", "requ', nothing);
  await check('d', ask('another', {}), nothing);
  await journal.close();
});
