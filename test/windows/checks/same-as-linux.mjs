// The same numbers as Linux on the same processor, bit for bit.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { equal } from '../../helpers/checks.mjs';
import { onDisk, pitwall, readText } from '../lab.mjs';
import { root } from '../provision.mjs';
import { CONFIG, DATA, SMALL } from './smoke.mjs';

const ONE = ['--set', 'epochs=2', '--set', 'warmup_epochs=0', '--name', 'same'];

function onLinux(args) {
  const result = spawnSync(process.execPath, [path.join(root, 'dist/cli.js'), ...args], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`pitwall ${args.join(' ')}: ${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** One hash over all of a folder's content. */
function hashOf(folder) {
  const hash = createHash('sha256');
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const files = names.map((one) => path.join(one.parentPath ?? one.path, one.name)).sort();
  for (const file of files) hash.update(path.basename(file)).update(readFileSync(file));
  return hash.digest('hex');
}

const lossesOf = (text) =>
  text
    .split('\n')
    .filter((line) => line.includes('"type":"step"'))
    .map((line) => JSON.parse(line).loss);

export async function sameAsLinux(checks) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-same-'));
  const linux = path.join(folder, 'pcb');
  onLinux(['init', linux]);
  await checks.ok('the example is drawn as on Linux, byte for byte', async () => {
    for (const part of ['images', 'labels'])
      equal(hashOf(onDisk(`${DATA}\\${part}`)), hashOf(path.join(linux, part)));
  });
  await checks.ok('every loss of two epochs is that of Linux, bit for bit', async () => {
    rmSync(onDisk(`${DATA}\\runs\\same`), { recursive: true, force: true });
    await pitwall(['train', CONFIG, ...SMALL, ...ONE]);
    onLinux(['train', path.join(linux, 'pcb.train.yaml'), ...SMALL, ...ONE]);
    const ours = lossesOf(readText(`${DATA}\\runs\\same\\events.jsonl`));
    equal(ours, lossesOf(readFileSync(path.join(linux, 'runs/same/events.jsonl'), 'utf8')));
    if (ours.length < 16 || !ours.every(({ total }) => total > 0))
      throw new Error(`only ${ours.length} losses`);
    console.log(`     ${ours.length} steps, the last ${JSON.stringify(ours.at(-1))}`);
  });
  await checks.ok('and so is the mAP of its last checkpoint', async () => {
    const model = (run) => path.join(run, 'checkpoints/epoch-0002/model.onnx');
    cpSync(model(path.join(linux, 'runs/same')), onDisk('C:\\model.onnx'));
    const args = (file, data) => [
      'validate',
      file,
      '--data',
      data,
      '--device',
      'cpu',
      '--imgsz',
      '64',
      '--json',
    ];
    const last = (text) => JSON.parse(text.trim().split('\n').at(-1));
    const ours = last(await pitwall(args('C:\\model.onnx', `${DATA}\\data.yaml`)));
    const theirs = last(onLinux(args(model(path.join(linux, 'runs/same')), path.join(linux, 'data.yaml'))));
    const numbers = ({ map, map50, map75, precision, recall, coco }) => ({
      map,
      map50,
      map75,
      precision,
      recall,
      coco,
    });
    equal(numbers(ours), numbers(theirs));
    console.log(`     mAP50-95 ${ours.map}`);
  });
  rmSync(folder, { recursive: true, force: true });
}
