import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ownIdentity } from '../../../src/engine/process/identity';
import { createRun } from '../../../src/run/folder/create';
import { requireActable } from '../../../src/run/folder/ownership';
import { wholeExperiment } from '../../helpers/whole-experiment';
import { cli, lines } from './harness';

let root: string;
let dir: string;
const { XDG_STATE_HOME = '', HOME = '', LOCALAPPDATA = '' } = process.env;

/** The person sits at this machine, with this home folder; `state` is for what a terminal sets and an editor does not. */
function sitAt(host: string, home: string, state = ''): void {
  vi.spyOn(os, 'hostname').mockReturnValue(host);
  const folder = path.join(root, home);
  Object.assign(process.env, { HOME: folder, LOCALAPPDATA: folder, XDG_STATE_HOME: state });
}

const options = () => ({
  experimentFile: path.join(root, 'pcb.train.yaml'),
  text: 'model: nano\n',
  experiment: wholeExperiment(),
  runsDir: path.join(root, 'runs'),
  pitwallVersion: '0.1.0',
});

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-own-'));
  sitAt('node-1', 'shared-home');
  dir = (await createRun({ ...options(), name: 'mine' })).dir;
  const status = { format: 1, state: 'completed', heartbeat: Date.now(), keeper: ownIdentity() };
  writeFileSync(path.join(dir, 'status.json'), JSON.stringify(status));
});

afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(process.env, { XDG_STATE_HOME, HOME, LOCALAPPDATA });
  rmSync(root, { recursive: true, force: true });
});

async function listed(): Promise<Record<string, boolean>> {
  const runs = lines((await cli(['list', '--json'], root)).out).map((line) => JSON.parse(line));
  return Object.fromEntries(runs.map(({ name, own }) => [name, own]));
}

const ASKS = /was not started by you, or was copied or moved since.*--trust lets Pitwall act on it/;
const stop = async (run: string, ...more: string[]) => (await cli(['stop', run, ...more], root)).err;

describe('a run of their own', () => {
  it('needs no approval on the machine that started it', async () => {
    expect(await listed()).toEqual({ mine: true });
    expect((await cli(['list'], root)).out).not.toContain('not yours');
    expect(await stop('mine')).not.toMatch(ASKS);
  });

  it('needs none on another node with the same home folder', async () => {
    sitAt('node-2', 'shared-home');
    expect(await listed()).toEqual({ mine: true });
    await requireActable(dir);
    expect(await stop('mine')).not.toMatch(ASKS);
  });

  it('needs none in a terminal that has a state folder of its own, nor there what was started in that', async () => {
    const state = path.join(root, 'terminal-state');
    sitAt('node-1', 'shared-home', state);
    expect(await listed()).toEqual({ mine: true });
    await createRun({ ...options(), name: 'later' });
    sitAt('node-1', 'shared-home');
    expect(await listed()).toEqual({ mine: true, later: true });
  });

  it('is not theirs for a colleague on the same disk, which the list says before anything is tried', async () => {
    sitAt('node-1', 'home-of-a-colleague');
    expect(await listed()).toEqual({ mine: false });
    expect((await cli(['list'], root)).out).toMatch(/^mine .* not yours$/m);
    expect(await stop('mine')).toMatch(ASKS);
  });

  it.each([
    ['copied', () => cpSync(dir, path.join(root, 'runs/other'), { recursive: true })],
    ['moved', () => renameSync(dir, path.join(root, 'runs/other'))],
  ])('that was %s is shown, and asks once', async (_, change) => {
    change();
    expect((await cli(['show', 'other'], root)).code).toBe(0);
    expect(await listed()).toMatchObject({ other: false });
    expect(await stop('other')).toMatch(ASKS);
    expect(await stop('other', '--trust')).toMatch(/^trusted: .*other; its dataset is /);
    expect(await stop('other')).not.toMatch(ASKS);
    expect(await listed()).toMatchObject({ other: true });
  });
});
