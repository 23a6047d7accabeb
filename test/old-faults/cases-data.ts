import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { OldFault } from './main';
import { ONE, type World } from './world';

const REPOSITORY = process.env.PITWALL_REPOSITORY ?? path.resolve(import.meta.dirname, '../..');

/** All that trainer, keeper and command said about a run. */
function saidBy(world: World, run: string, out = ''): string {
  const lines = ['events.jsonl', 'keeper.jsonl'].flatMap((file) => world.lines(run, file));
  return [out, ...lines.map(({ message }) => String(message ?? ''))].join('\n');
}

/** Puts an image of other bytes in the place of one of train and of one of val. */
function replace(world: World, name: string, bytes: Buffer): void {
  for (const split of ['train', 'val']) {
    rmSync(world.at(`images/${split}/1.png`), { force: true });
    cpSync(world.at(`labels/${split}/1.txt`), world.at(`labels/${split}/${name}.txt`));
    writeFileSync(world.at(`images/${split}/${name}.jpg`), bytes);
  }
}

const jpeg: OldFault = {
  row: 'A JPEG without its end was taken, CMYK refused',
  async wrong(world) {
    const whole = await sharp(world.at('images/val/0.png')).jpeg().toBuffer();
    replace(world, 'unended', whole.subarray(0, whole.length - 2));
    await world.train('unended', ONE);
    if (!saidBy(world, 'unended').includes('unended.jpg'))
      return 'the JPEG without its end is an image, and not a word';
    const file = path.join(REPOSITORY, 'test/fixtures/decode/cmyk.json');
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, { jpeg: string }> };
    replace(world, 'ink', Buffer.from(Object.values(cases)[0].jpeg, 'base64'));
    await world.train('ink', ONE);
    return saidBy(world, 'ink').includes('ink.jpg') ? 'the CMYK JPEG is left out' : '';
  },
};

const numbers: OldFault = {
  row: 'Hexadecimal numbers and negative widths',
  async wrong(world) {
    const wrong: string[] = [];
    for (const [name, row] of [
      ['hexadecimal', '0 0.5 0.5 0x1 0.2'],
      ['negative', '0 0.5 0.5 0.2 -0.005'],
    ]) {
      writeFileSync(world.at('labels/train/0.txt'), `${row}\n`);
      await world.train(name, ONE);
      if (!saidBy(world, name).includes('0.txt')) wrong.push(name);
    }
    return wrong.length === 0 ? '' : `accepted without a word: ${wrong.join(', ')}`;
  },
};

const columns: OldFault = {
  row: 'Wrong columns were epochs of NaN',
  async wrong(world) {
    const rows = '"epoch,loss_train\\n1,2\\n2,1\\n3,1\\n4,1\\n"';
    writeFileSync(
      world.at('p.mjs'),
      `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.argv[2] + '/log.csv', ${rows});\n`,
    );
    const command = `{ run: [${JSON.stringify(process.execPath)}, p.mjs, '{run_dir}'], reads: csv, path: log.csv, metrics: { loss: train_loss } }`;
    writeFileSync(
      world.at('c.train.yaml'),
      `trainer: command\ndata: data.yaml\nepochs: 4\ncommand: ${command}\n`,
    );
    const { code, out, err } = await world.train('columns', [], 'c.train.yaml');
    return code === 1 && `${out}${err}`.includes('loss_train')
      ? ''
      : `exit ${code}: ${out.trim().split('\n').at(-2)}`;
  },
};

const lookAlikes: OldFault = {
  row: 'Images of train in val',
  async wrong(world) {
    cpSync(world.at('images/train/0.png'), world.at('images/val/0.png'));
    const { out, err } = await world.train('both', ONE);
    return /in train as well/.test(saidBy(world, 'both', out + err)) ? '' : 'not a word';
  },
};

const outOfRange: OldFault = {
  row: 'Classes without an instance, boxes out of the image',
  async wrong(world) {
    for (const name of readdirSync(world.at('labels/train')))
      writeFileSync(world.at('labels/train', name), '0 0.98 0.5 0.2 0.2\n');
    const { out, err } = await world.train('odd', ONE);
    const said = saidBy(world, 'odd', out + err);
    const lacking = [/have no instance/, /reach out of their image/].filter((one) => !one.test(said));
    return lacking.length === 0 ? '' : `not a word (${lacking.length} of 2)`;
  },
};

const topsOut: OldFault = {
  row: 'The highest LR was two numbers',
  async wrong(world) {
    const keys = { epochs: 4, warmup_epochs: 3, lr0: 0.01, lrf: 0.01, batch: 2, cos_lr: true };
    const { out, err } = await world.run(['schedule', world.config('top.train.yaml', keys), '--json']);
    const text = await world.run(['schedule', 'top.train.yaml']);
    const said = /tops out (?:near|at) ([\d.]+)/.exec(`${out}${err}${text.out}${text.err}`)?.[1];
    const { groups } = JSON.parse(out) as { groups: { name: string; lr: number[] }[] };
    const highest = Math.max(...(groups.find(({ name }) => name === 'weights')?.lr ?? []));
    return said === undefined || Math.abs(Number(said) - highest) < highest * 0.01
      ? ''
      : `it "tops out near ${said}", its highest LR is ${highest.toPrecision(4)}`;
  },
};

const beforehand: OldFault = {
  row: 'What a change comes to was seen afterwards',
  async wrong(world) {
    const done = world.startTraining('shown', ['epochs=60', 'batch=2', 'warmup_epochs=20']);
    await world.untilStep('shown', 3);
    const { out } = await world.run(['set', 'shown', 'lr=0.02']);
    await world.run(['stop', 'shown']);
    await done;
    return out.includes('bias') ? '' : out.trim();
  },
};

/** The strings among the parts of a sentence, which no language has words for. */
function quotedIn({ parts = [] }: Said): string[] {
  return parts.flatMap((part) => (typeof part === 'object' ? quotedIn(part) : String(part)));
}
type Said = { readonly parts?: readonly (string | number | Said)[] };

const quotedErrors: OldFault = {
  row: 'Errors of trainer and validator were English in Chinese',
  async wrong(world) {
    for (const name of readdirSync(world.at('images/val'))) writeFileSync(world.at('images/val', name), '');
    await world.train('unread', ONE);
    const failed = world.lines('unread', 'keeper.jsonl').find(({ rule }) => rule === 'validation_failed');
    if (failed === undefined) return 'no alert';
    const quoted = quotedIn((failed.said ?? { parts: [String(failed.message)] }) as Said);
    return quoted.find((text) => text.includes('can be read')) ?? '';
  },
};

/** Resolved beside the YAML by Pitwall, in the working directory, which is the config's folder, by Ultralytics. */
const hereAndThere: OldFault = {
  row: '`path: .` meant two places',
  async wrong(world) {
    if (process.env.PITWALL_PYTHON === undefined) return '(needs PITWALL_PYTHON)';
    mkdirSync(world.at('set'));
    for (const name of ['images', 'labels', 'data.yaml']) renameSync(world.at(name), world.at('set', name));
    const text = readFileSync(world.at('set/data.yaml'), 'utf8');
    writeFileSync(world.at('set/data.yaml'), `path: .\n${text}`);
    const keys =
      'trainer: ultralytics\nmodel: yolov8n.yaml\ndata: set/data.yaml\nepochs: 1\nbatch: 4\nimgsz: 64\ndevice: cpu\nworkers: 0\n';
    writeFileSync(world.at('u.train.yaml'), keys);
    const { code, out, err } = await world.train('u', [], 'u.train.yaml');
    const failed = `${out}\n${err}`.split('\n').find((line) => /not found|failed/.test(line));
    return code === 0 ? '' : (failed ?? `exit ${code}`);
  },
};

const filledUp: OldFault = {
  row: '`schedule` warned of a last batch',
  async wrong(world) {
    for (const [kind, end] of [
      ['images', 'png'],
      ['labels', 'txt'],
    ])
      for (const n of [8, 9]) cpSync(world.at(kind, `train/0.${end}`), world.at(kind, `train/${n}.${end}`));
    const { out, err } = await world.run(['schedule', world.config('ten.train.yaml', { batch: 8 })]);
    return `${out}\n${err}`.split('\n').find((line) => line.includes('last batch')) ?? '';
  },
};

/** Without a GPU and without a software driver. */
const noGpu: OldFault = {
  row: 'A refusal of WebGPU showed C++ internals',
  async wrong(world) {
    const { out, err } = await world.train('gpu', [...ONE, 'device=webgpu']);
    const [line = ''] = `${out}\n${err}`.split('\n').filter((one) => one.includes('webgpu'));
    return line.includes('::') ? line.trim().slice(0, 160) : '';
  },
};

export const DATA: readonly OldFault[] = [
  jpeg,
  numbers,
  columns,
  lookAlikes,
  outOfRange,
  topsOut,
  beforehand,
  quotedErrors,
  hereAndThere,
  noGpu,
  filledUp,
];
