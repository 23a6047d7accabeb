import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyOldTrash, planSpace } from '../../../src/engine/control/free-space';
import { listTrash, purgeRun, restoreRun, trashRun } from '../../../src/engine/control/trash';
import { createRun } from '../../../src/run/folder/create';
import { isOwnRun } from '../../../src/run/folder/signature';
import { wholeExperiment } from '../../helpers/whole-experiment';

let root: string;
let runs: string;
let dir: string;

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-trash-'));
  runs = path.join(root, 'runs');
  const experimentFile = path.join(root, 'pcb.train.yaml');
  const made = { experimentFile, text: '', experiment: wholeExperiment(), pitwallVersion: '0.1.0' };
  dir = (await createRun({ ...made, runsDir: runs, name: 'mine' })).dir;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the trash of a runs folder', () => {
  it('keeps a run as its own user had it, until it is emptied', async () => {
    const trashed = await trashRun(dir);
    expect([existsSync(dir), await isOwnRun(trashed.dir)]).toEqual([false, true]);
    expect(await listTrash(runs)).toEqual([trashed]);
    expect([await restoreRun(trashed), await isOwnRun(dir)]).toEqual([dir, true]);
    await purgeRun(await trashRun(dir));
    expect(await listTrash(runs)).toEqual([]);
  });

  it('is emptied of what its user deleted, and of nothing that came with a clone', async () => {
    const trashed = await trashRun(dir, 1_700_000_000_000);
    const theirs = path.join(runs, '.trash', 'theirs.1700000000000');
    cpSync(trashed.dir, theirs, { recursive: true });
    mkdirSync(path.join(runs, '.trash', 'none.1700000000000'));
    const plan = await planSpace(runs, { keep: 'last', olderMs: 0 });
    expect(plan.trash.map(({ name }) => name)).toEqual(['mine']);
    const left = ['none.1700000000000', 'theirs.1700000000000'];
    expect(plan.foreign.toSorted()).toEqual(left.map((name) => path.join('.trash', name)));
    await emptyOldTrash(plan);
    expect(readdirSync(path.join(runs, '.trash')).toSorted()).toEqual(left);
  });

  it.skipIf(process.platform === 'win32')(
    'that is a link takes nothing in, and gives nothing away',
    async () => {
      const outside = path.join(root, 'outside');
      mkdirSync(path.join(outside, 'other.1700000000000'), { recursive: true });
      symlinkSync(outside, path.join(runs, '.trash'));
      await expect(trashRun(dir)).rejects.toThrow(
        /\.trash: is a link, and links in a run folder are not followed/,
      );
      expect([existsSync(dir), readdirSync(outside)]).toEqual([true, ['other.1700000000000']]);
      expect(await listTrash(runs)).toEqual([]);
      const theirs = { dir: path.join(runs, '.trash/other.1700000000000'), name: 'other', deleted: 1 };
      await expect(restoreRun(theirs)).rejects.toThrow(/is a link/);
    },
  );
});
