import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesOf, runCliProcess } from '../helpers/cli';
import { TINY_CONFIG, writeTinyDataset } from '../helpers/tiny-dataset';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'pitwall-cli-'));
  writeTinyDataset(dir);
  writeFileSync(path.join(dir, 'a.train.yaml'), TINY_CONFIG);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** One clear line, exit code 2, nothing on stdout, and nothing was started. */
async function checkRefused(argv: readonly string[], expected: RegExp): Promise<void> {
  const { code, out, err } = await runCliProcess(argv, dir);
  expect({ code, out, lines: linesOf(err).length }, err).toEqual({ code: 2, out: '', lines: 1 });
  expect(err).toMatch(expected);
  expect(existsSync(path.join(dir, 'runs'))).toBe(false);
}

const train = (...more: string[]): string[] => ['train', 'a.train.yaml', ...more];
const writeConfig = (change: (text: string) => string): void =>
  writeFileSync(path.join(dir, 'a.train.yaml'), change(TINY_CONFIG));

describe('train refuses before anything is started', () => {
  it('a config that is not there', () =>
    checkRefused(['train', 'nope.yaml'], /^nope\.yaml: no such file or folder$/m));

  it('a missing dataset', () => {
    writeConfig((text) => text.replace('data.yaml', 'nowhere.yaml'));
    return checkRefused(train(), /nowhere\.yaml: .*does not exist/);
  });

  it('an empty val split', () => {
    rmSync(path.join(dir, 'images/val'), { recursive: true });
    mkdirSync(path.join(dir, 'images/val'));
    return checkRefused(train(), /data\.yaml: val: .*empty/);
  });

  it('a val split whose folder is missing', () => {
    rmSync(path.join(dir, 'images/val'), { recursive: true });
    return checkRefused(train(), /data\.yaml: val: .*does not exist/);
  });

  it('a label with a class out of range', () => {
    writeFileSync(path.join(dir, 'labels/train/3.txt'), '0 0.5 0.5 0.1 0.1\n7 0.5 0.5 0.1 0.1\n');
    return checkRefused(train(), /labels\/train\/3\.txt:2:1: .*class 7/);
  });

  it('a misspelt key, with the key that was meant', () => {
    writeConfig((text) => text.replace('warmup_epochs', 'warmup_epoch'));
    return checkRefused(train(), /^a\.train\.yaml:7:1: warmup_epoch: .*did you mean warmup_epochs\?/);
  });

  it('a misspelt key of --set', () =>
    checkRefused(train('--set', 'lr=0.1'), /--set: lr: .*did you mean lr[0f]/));

  it('a negative lr0', () => {
    writeConfig((text) => text.replace('lr0: 0.01', 'lr0: -0.01'));
    return checkRefused(train(), /^a\.train\.yaml:8:6: lr0: .*-0\.01/);
  });

  it('a warm-up longer than the run', () => {
    writeConfig((text) => text.replace('warmup_epochs: 1', 'warmup_epochs: 5'));
    return checkRefused(train(), /^a\.train\.yaml:7:16: warmup_epochs: .*longer than the run of 3 epochs/);
  });

  it('a warm-up of --set longer than the run', () =>
    checkRefused(train('--set', 'warmup_epochs=5'), /^--set: warmup_epochs: .*longer than the run/));

  it('a model file that is not there', () => {
    writeConfig((text) => text.replace('model: nano', 'model: weights/best.onnx'));
    return checkRefused(train(), /^a\.train\.yaml:2:8: model: .*best\.onnx does not exist/);
  });

  it('a model file that is not a checkpoint', () => {
    writeFileSync(path.join(dir, 'weights.onnx'), 'not a model');
    writeConfig((text) => text.replace('model: nano', 'model: ./weights.onnx'));
    return checkRefused(train(), /^a\.train\.yaml:2:8: model: .*weights\.onnx is not a checkpoint/);
  });

  it('a run folder that cannot be written', () => {
    writeFileSync(path.join(dir, 'file'), '');
    return checkRefused(
      train('--runs', 'file/runs'),
      /cannot make the folder .*file\/runs: a part of the path is a file/,
    );
  });

  it.each(['../up', 'a/b', '.hidden', 'con', 'x'.repeat(65), ''])('the run name %j', (name) =>
    checkRefused(train('--name', name), /run name ".*": use 1 to 64/),
  );

  it('a text that is not YAML', () => {
    writeConfig(() => 'just words\n');
    return checkRefused(train(), /^a\.train\.yaml:1:1: an experiment is a list/);
  });
});

describe('other commands refuse', () => {
  it('a model file that is not ONNX', () => {
    writeFileSync(path.join(dir, 'model.onnx'), 'not a model');
    return checkRefused(['validate', 'model.onnx', '--data', 'data.yaml'], /model\.onnx: .*ONNX/);
  });
  it('a model file that is not there', () =>
    checkRefused(['validate', 'model.onnx', '--data', 'data.yaml'], /model\.onnx: /));
  it('a run that is not there', () => checkRefused(['show', 'nope'], /^nope: no run folder/));
  it('no runs at all', () => checkRefused(['watch', 'latest'], /^latest: no runs in /));
  it('an LR that is none', () => checkRefused(['set', 'x', 'lr=fast'], /lr: expected a number above 0/));
  it('a knob that is none', () => checkRefused(['set', 'x', 'lr0=1'], /did you mean lr\?/));
  it('an image that is not there', () => {
    writeFileSync(path.join(dir, 'model.onnx'), '');
    return checkRefused(['predict', 'model.onnx', 'nope.png'], /^nope\.png: no such file/);
  });
  it('a folder of images', () =>
    checkRefused(['predict', 'model.onnx', 'images/val'], /^images\/val: is not a file/));
  it('a factor that would raise the LR', () =>
    checkRefused(['rewind', 'x', '--lr-factor', '7'], /a number above 0 and at most 1/));
  it('a range test with too few steps for an answer', () =>
    checkRefused(['lr-find', 'a.train.yaml', '--steps', '10'], /--steps 10 are too few .* at least 90 are/));
  it('a folder for a dataset YAML, named once', () =>
    checkRefused(['data', 'images'], /^[^:]*images: dataset YAML cannot be read: is a folder/));
  it('a dataset whose folders do not exist: what could not be counted is not said to be 0', async () => {
    rmSync(path.join(dir, 'images/val'), { recursive: true });
    const one = await runCliProcess(['data', 'data.yaml'], dir);
    expect([one.code, one.out]).toEqual([2, expect.stringMatching(/^val +- +- +-$/m)]);
    expect(one.out).toMatch(/^error: .*val: .*does not exist$/m);
    rmSync(path.join(dir, 'images/train'), { recursive: true });
    const none = await runCliProcess(['data', 'data.yaml'], dir);
    expect([none.code, linesOf(none.out).every((line) => line.startsWith('error: '))]).toEqual([2, true]);
  });
  it('files that are not COCO files', () => {
    writeFileSync(path.join(dir, 'gt.json'), '{"images": []}');
    writeFileSync(path.join(dir, 'dt.json'), '[]');
    return checkRefused(['evaluate', 'gt.json', 'dt.json'], /^gt\.json: expected COCO annotations/);
  });
});

// Below /proc there is a folder in which none can be made: Node 20's recursive mkdir never returns there.
describe.runIf(process.platform === 'linux')('a path that cannot be made is reported in one line', () => {
  const no = /cannot make the folder \/proc\/nowhere: no folder can be made there/;
  it('init', () => checkRefused(['init', '/proc/nowhere/example'], no));
  it('train --runs', () => checkRefused(train('--runs', '/proc/nowhere/runs'), no));
  it('follow --runs', () => checkRefused(['follow', '.', '--runs', '/proc/nowhere/runs'], no));
  it('demo --dir', () => checkRefused(['demo', '--dir', '/proc/nowhere/example', '--quick'], no));
  it('below a file', () => checkRefused(['init', 'a.train.yaml/x'], /a part of the path is a file/));
});
