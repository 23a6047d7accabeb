import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { OldFault } from './main';
import { ONE, type World } from './world';

// Each answers what is wrong, in a sentence, or nothing.

const LEARNT = ['epochs=20', 'validation.every=20', 'lr0=0.01'];
const zSide = z.object({ map: z.number() });
const zCompared = z.object({ a: zSide, b: zSide });

async function compared(world: World, a: string, b: string) {
  const { code, out, err } = await world.run(['compare', a, b, '--json']);
  return code === 0 ? zCompared.parse(JSON.parse(out)) : err.trim();
}

async function bothThemselves(world: World, a: string, b: string): Promise<string> {
  const sides = await compared(world, a, b);
  if (typeof sides === 'string') return sides;
  const off = [sides.a.map - world.map(a), sides.b.map - world.map(b)].map(Math.abs);
  return Math.max(...off) <= 0.0005
    ? ''
    : `${a} is ${sides.a.map.toFixed(4)} for its own ${world.map(a).toFixed(4)}, ${b} is ${sides.b.map.toFixed(4)} for ${world.map(b).toFixed(4)}`;
}

const sizes: OldFault = {
  row: 'Two image sizes were compared',
  async wrong(world) {
    await world.train('s64', LEARNT);
    await world.train('s128', [...LEARNT, 'imgsz=128']);
    const forth = await bothThemselves(world, 's64', 's128');
    return forth === '' ? bothThemselves(world, 's128', 's64') : forth;
  },
};

const single: OldFault = {
  row: '`single_cls` on one side',
  async wrong(world) {
    await world.train('all', LEARNT);
    await world.train('one', [...LEARNT, 'single_cls=true']);
    const sides = await compared(world, 'all', 'one');
    if (typeof sides === 'string') return sides;
    const own = world.map('one');
    return Math.abs(sides.b.map - own) <= 0.0005
      ? ''
      : `the side of one class is ${sides.b.map.toFixed(4)} for its own ${own.toFixed(4)}`;
  },
};

const folders: OldFault = {
  row: 'The same images in another folder',
  async wrong(world) {
    mkdirSync(world.at('elsewhere'));
    const text = readFileSync(world.at('data.yaml'), 'utf8');
    writeFileSync(world.at('elsewhere/data.yaml'), `path: ${world.dir}\n${text}`);
    await world.train('here', ONE);
    await world.train('there', [...ONE, 'data=elsewhere/data.yaml']);
    const sides = await compared(world, 'here', 'there');
    return typeof sides === 'string' ? sides : '';
  },
};

const schedule = (world: World, keys: Readonly<Record<string, unknown>>) =>
  world.run(['schedule', world.config('other.train.yaml', keys)]);

const assumed: OldFault = {
  row: 'A set that could not be counted had 118,287 images',
  async wrong(world) {
    const { out } = await schedule(world, { data: 'nowhere.yaml' });
    const line = out.split('\n').find((one) => one.includes('steps per epoch')) ?? out;
    return line.includes('%') || !line.includes('~') ? line : '';
  },
};

const known: OldFault = {
  row: 'coco8 had 118,287 images',
  async wrong(world) {
    const { out } = await schedule(world, {
      trainer: 'ultralytics',
      model: 'yolov8n.yaml',
      data: 'coco8.yaml',
    });
    const line = out.split('\n').find((one) => one.includes('steps per epoch')) ?? out;
    return /^1 step per epoch/.test(out) || !line.includes('14,786') ? '' : line;
  },
};

const absent: OldFault = {
  row: 'A dataset file that is not there',
  async wrong(world) {
    const { err } = await schedule(world, { data: 'dat.yaml' });
    return err.includes('did you mean data.yaml') ? '' : err.trim();
  },
};

const seeds: OldFault = {
  row: 'Two seeds of one config',
  async wrong(world) {
    await world.train('seed-0', LEARNT);
    await world.train('seed-1', [...LEARNT, 'seed=1']);
    const { out } = await world.run(['compare', 'seed-0', 'seed-1']);
    return /recipe/.test(out) ? '' : (out.split('\n').find((line) => line.includes('better')) ?? out);
  },
};

const unlabelled: OldFault = {
  row: 'A set without a label',
  async wrong(world) {
    for (const split of ['train', 'val'])
      for (const file of readdirSync(world.at('labels', split))) rmSync(world.at('labels', split, file));
    const { code, out } = await world.train('blank', ONE);
    return code === 2 ? '' : `exit ${code}: ${out.trim().split('\n').at(-2) ?? ''}`;
  },
};

const foreignText: OldFault = {
  row: 'Class names of a GBK file',
  async wrong(world) {
    const names = Buffer.from([0xc8, 0xb1, 0xcf, 0xdd]); // 缺陷
    const text = Buffer.from('train: images/train\nval: images/val\nnames: [');
    writeFileSync(world.at('gbk.yaml'), Buffer.concat([text, names, Buffer.from(', red]\n')]));
    const { code, err } = await world.train('gbk', [...ONE, 'data=gbk.yaml']);
    return code === 2 && /GBK|UTF-8/i.test(err) ? '' : `exit ${code}`;
  },
};

const nothingSaid: OldFault = {
  row: 'A program that told nothing',
  async wrong(world) {
    writeFileSync(
      world.at('p.mjs'),
      "import { writeFileSync } from 'node:fs';\nwriteFileSync('log.csv', 'a,b\\n1,2\\n');\n",
    );
    const text = `trainer: command\ndata: data.yaml\nepochs: 2\ncommand: { run: [${JSON.stringify(process.execPath)}, p.mjs], reads: csv, path: log.csv }\n`;
    writeFileSync(world.at('command.train.yaml'), text);
    const { code, out } = await world.train('told', [], 'command.train.yaml');
    return code === 0 ? `exit 0: ${out.trim().split('\n').at(-1)}` : '';
  },
};

const foreignRun: OldFault = {
  row: 'A foreign `run.json`',
  async wrong(world) {
    await world.train('mine', ONE);
    const file = world.at('runs/mine/run.json');
    const run = JSON.parse(readFileSync(file, 'utf8'));
    run.experiment.resolved = { epochs: 'many' };
    writeFileSync(file, JSON.stringify(run));
    const { code, out, err } = await world.run(['show', 'mine']);
    return code !== 0 && err.trim().split('\n').length === 1 && err.includes('resolved')
      ? ''
      : `exit ${code}: ${out || err}`.slice(0, 120);
  },
};

export const NUMBERS: readonly OldFault[] = [
  sizes,
  single,
  folders,
  assumed,
  known,
  absent,
  seeds,
  unlabelled,
  foreignText,
  nothingSaid,
  foreignRun,
];
