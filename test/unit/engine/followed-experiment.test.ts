import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { argumentsOf, experimentNow, experimentOf } from '../../../src/engine/control/follow-folder';
import { wholeExperiment, wholeRunFile } from '../../helpers/whole-experiment';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pitwall-followed-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

it('a folder that was followed before it was there is validated by its arguments once they are', () => {
  const folder = path.join(cwd, 'later');
  const follows = { folder, reads: 'auto' as const, metrics: {} };
  const resolved = experimentOf({ follows, cwd }, '');
  const run = wholeRunFile({ cwd, follows, experiment: { file: folder, text: '', resolved } });
  expect(experimentNow(run)).toMatchObject({ data: '', imgsz: 0, validation: { enabled: false } });
  mkdirSync(folder);
  writeFileSync(path.join(cwd, 'data.yaml'), '');
  writeFileSync(path.join(folder, 'args.yaml'), 'model: yolov8n.pt\ndata: data.yaml\nimgsz: 128\n');
  const now = { data: path.join(cwd, 'data.yaml'), imgsz: 128, validation: { enabled: true } };
  expect(experimentNow(run)).toMatchObject(now);
});

it("a script's dataset is what its training says, unless the experiment names one", () => {
  const told = { data: '/told.yaml', imgsz: 96, single_cls: true };
  const runOf = (part: object) =>
    wholeRunFile({ experiment: { file: '', text: '', resolved: wholeExperiment({ data: '', ...part }) } });
  expect(experimentNow(runOf({}), told)).toMatchObject(told);
  const own = { data: '/own.yaml', imgsz: 320, explicit: ['imgsz'] };
  expect(experimentNow(runOf(own), told)).toMatchObject({ data: '/own.yaml', imgsz: 320, single_cls: true });
});

it.skipIf(process.platform === 'win32')(
  'arguments that are a link are refused: their text would enter the run',
  () => {
    writeFileSync(path.join(cwd, 'secret.yaml'), 'token: abc\n');
    const folder = path.join(cwd, 'theirs');
    mkdirSync(folder);
    symlinkSync(path.join(cwd, 'secret.yaml'), path.join(folder, 'args.yaml'));
    expect(() => argumentsOf(folder)).toThrow(/args\.yaml: is a link/);
  },
);
