import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { getPriority } from 'node:os';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { until } from '../helpers/until';
import type { OldFault } from './main';
import { ONE } from './world';

const SOON_MS = 60_000;

const hidden: OldFault = {
  row: '`._x.jpg` was a background image',
  async wrong(world) {
    for (const split of ['train', 'val'])
      cpSync(world.at(`images/${split}/0.png`), world.at(`images/${split}/._0.png`));
    await world.train('hidden', ONE);
    const { images } = world.events('hidden', 'plan')[0];
    return images === 8 ? '' : `${images} images of 8`;
  },
};

const shrunk: OldFault = {
  row: 'A resume after the set had changed',
  async wrong(world) {
    const done = world.startTraining('shrunk', ['epochs=6', 'batch=2']);
    await world.untilStep('shrunk', 9);
    await world.run(['stop', 'shrunk', '--after-epoch']);
    await done;
    const before = world.events('shrunk', 'epoch').length;
    for (const n of [2, 3, 4, 5, 6, 7]) rmSync(world.at(`images/train/${n}.png`));
    await world.run(['train', '--resume', 'runs/shrunk']);
    const after = world
      .events('shrunk', 'epoch')
      .slice(before)
      .map(({ epoch }) => Number(epoch));
    const expected = Array.from({ length: 6 - before }, (_, i) => before + 1 + i);
    return after.join() === expected.join()
      ? ''
      : `after epoch ${before} of 6 it trained: ${after.join(', ') || 'nothing'}`;
  },
};

const mixedLabels: OldFault = {
  row: 'A box beside polygons',
  async wrong(world) {
    writeFileSync(world.at('labels/train/0.txt'), '0 0.5 0.5 0.2 0.2\n0 0.1 0.1 0.3 0.1 0.3 0.3\n');
    const { code, err } = await world.train('mixed', ONE);
    const said = world
      .lines('mixed', 'events.jsonl')
      .map((line) => String(line.message))
      .join('\n');
    return `${err}${said}`.includes('0.txt') ? '' : `exit ${code}, not a word`;
  },
};

const unreadable: OldFault = {
  row: 'Of six images left out one was reported',
  async wrong(world) {
    for (const n of [0, 1, 2]) writeFileSync(world.at(`images/val/${n}.png`), 'not an image');
    await world.train('left-out', ONE);
    const said = world
      .lines('left-out', 'keeper.jsonl')
      .map((line) => String(line.message))
      .join('\n');
    const named = [0, 1, 2].filter((n) => said.includes(`${n}.png`));
    return named.length === 3 || /3 images/.test(said) ? '' : `${named.length} of 3 are named`;
  },
};

const noEffect: OldFault = {
  row: 'Keys without effect',
  async wrong(world) {
    const { out, err } = await world.run(['schedule', world.config('keys.train.yaml', { nbs: 32, dfl: 3 })]);
    return /nbs|dfl/.test(`${out}${err}`) ? '' : 'not a word';
  },
};

const wideBatch: OldFault = {
  row: "A batch above the set's size",
  async wrong(world) {
    const { code, err } = await world.train('wide', [...ONE, 'batch=64']);
    return code === 0 ? '' : err.trim();
  },
};

const lrInWarmup: OldFault = {
  row: '`set lr` in warm-up',
  async wrong(world) {
    const keys = ['epochs=30', 'batch=2', 'lr0=0.0001', 'warmup_epochs=20', 'warmup_bias_lr=0.1'];
    const done = world.startTraining('warm', keys);
    await world.untilStep('warm', 8);
    await world.run(['set', 'warm', 'lr=0.01']);
    const asked = world.events('warm', 'step').length;
    await world.untilStep('warm', asked + 8);
    await world.run(['stop', 'warm']);
    await done;
    const highest = Math.max(...world.events('warm', 'step').flatMap(({ lr }) => lr as number[]));
    return highest > 0.11 ? `an LR of ${highest.toPrecision(3)} was applied` : '';
  },
};

const slip: OldFault = {
  row: 'A slip of the keyboard',
  async wrong(world) {
    const done = world.startTraining('slip', ['epochs=60', 'batch=2']);
    await world.untilStep('slip', 3);
    const { code, out } = await world.run(['set', 'slip', 'lr=20']);
    await world.run(['stop', 'slip']);
    await done;
    return code === 0 ? out.trim() : '';
  },
};

const earlyStop: OldFault = {
  row: 'Early stopping ended runs that had not begun',
  async wrong(world) {
    world.config('patient.train.yaml', {
      early_stop: { patience: 2 },
      epochs: 10,
      warmup_epochs: 8,
      lr0: 0.0001,
      imgsz: 32,
    });
    await world.train('patient', [], 'patient.train.yaml');
    const epochs = world.events('patient', 'epoch').length;
    return epochs === 10 ? '' : `ended after epoch ${epochs} of 10 with mAP ${world.map('patient')}`;
  },
};

const rewind: OldFault = {
  row: 'A diverged run was resumed into the same NaN',
  async wrong(world) {
    const { code } = await world.run(['rewind', '--help']);
    const keys = [
      'epochs=20',
      'batch=2',
      'lr0=0.3',
      'warmup_epochs=0',
      'warmup_bias_lr=0',
      'on_divergence=rewind',
    ];
    const trained = await world.train('blown', keys);
    return code === 0 && trained.code === 0
      ? ''
      : ((trained.err || trained.out).trim().split('\n').at(-1)?.slice(0, 160) ?? 'failed');
  },
};

const deleted: OldFault = {
  row: 'A deleted run folder',
  async wrong(world) {
    const done = world.startTraining('gone', ['epochs=2000', 'batch=2', 'validation.every=1000']);
    await world.untilStep('gone', 6);
    const { id } = JSON.parse(readFileSync(world.at('runs/gone/run.json'), 'utf8')) as { id: string };
    await until(() => {
      rmSync(world.at('runs/gone'), { recursive: true, force: true, maxRetries: 5 });
      return !existsSync(world.at('runs/gone'));
    });
    const left = () => processesOfRun(id).filter(({ role }) => role !== 'host');
    const ended = await within(() => left().length === 0);
    const roles = left().map(({ role }) => role);
    for (const { pid } of processesOfRun(id)) process.kill(pid, 'SIGKILL');
    await done;
    if (!ended) return `after a minute there are still: ${roles.join(', ')}`;
    return existsSync(world.at('runs/gone')) ? 'the folder came back' : '';
  },
};

const stuck: OldFault = {
  row: '"validating" for ever',
  async wrong(world) {
    const done = world.startTraining('stuck', ['epochs=2', 'warmup_epochs=1']);
    await until(() => existsSync(world.at('runs/stuck/run.json')));
    writeFileSync(world.at('runs/stuck/validation'), '');
    const { id } = JSON.parse(readFileSync(world.at('runs/stuck/run.json'), 'utf8')) as { id: string };
    await until(() => world.events('stuck', 'end').length > 0);
    const over = await within(() => processesOfRun(id).length === 0);
    const state = readFileSync(world.at('runs/stuck/status.json'), 'utf8');
    for (const { pid } of processesOfRun(id)) process.kill(pid, 'SIGKILL');
    await done;
    return over ? '' : `a minute after its end the run is ${(JSON.parse(state) as { state: string }).state}`;
  },
};

const badPath: OldFault = {
  row: '`init /proc/x` hung',
  async wrong(world) {
    const { code, err, hangs } = await world.run(['init', '/proc/x/y'], SOON_MS);
    if (hangs) return 'no end after a minute';
    return code === 2 && err.trim().split('\n').length === 1 ? '' : `exit ${code}: ${err.slice(0, 120)}`;
  },
};

const rangeTest: OldFault = {
  row: 'A successful range test',
  async wrong(world) {
    await world.run([
      'lr-find',
      world.config('find.train.yaml', { batch: 2 }),
      '--steps',
      '120',
      '--to',
      '10',
    ]);
    const [run] = readdirSync(world.at('runs')).filter((name) => !name.startsWith('.'));
    if (run === undefined) return 'there is no run';
    const { out } = await world.run(['show', run]);
    return /diverged|failed/.test(out)
      ? (out.split('\n').find((line) => /diverged|failed/.test(line)) ?? out)
      : '';
  },
};

const shortTest: OldFault = {
  row: 'A short range test',
  async wrong(world) {
    const { code, out } = await world.run(['lr-find', 'tiny.train.yaml', '--steps', '30']);
    return code === 2 || /No answer|between/.test(out) ? '' : (out.trim().split('\n').at(-1) ?? '');
  },
};

const valSet: OldFault = {
  row: 'A val set that changed',
  async wrong(world) {
    const done = world.startTraining('mixed-up', ['epochs=400', 'batch=2', 'validation.every=20']);
    const judged = () =>
      world.lines('mixed-up', 'validation.jsonl').filter(({ type }) => type === 'validation').length;
    await until(() => judged() > 0);
    for (const n of [1, 2, 3, 4, 5]) appendFileSync(world.at(`labels/val/${n}.txt`), '0 0.9 0.9 0.05 0.05\n');
    const before = judged();
    await until(() => judged() > before + 2);
    await world.run(['stop', 'mixed-up']);
    await done;
    const said = world
      .lines('mixed-up', 'keeper.jsonl')
      .map((line) => String(line.message))
      .join('\n');
    return /val set/i.test(said) ? '' : 'results of two val sets, and not a word';
  },
};

async function within(holds: () => boolean): Promise<boolean> {
  return until(holds, undefined, SOON_MS).then(
    () => true,
    () => false,
  );
}

/** A process of the lowest priority gets next to nothing beside a busy one (decisions/09). */
const lowest: OldFault = {
  row: 'A validation lasted for minutes on a busy machine',
  async wrong(world) {
    const done = world.startTraining('judged', ['epochs=60', 'batch=2']);
    const status = () => {
      const file = world.at('runs/judged/status.json');
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Status) : {};
    };
    await until(
      () => status().validator !== undefined && world.lines('judged', 'validation.jsonl').length > 0,
    );
    const { trainer, validator } = status();
    const [fast, slow] = [trainer, validator].map((one) => getPriority(one?.pid));
    await world.run(['stop', 'judged']);
    await done;
    return slow - fast <= 10 ? '' : `the validator has nice ${slow}, its trainer ${fast}`;
  },
};
type Status = { readonly trainer?: { pid: number }; readonly validator?: { pid: number } };

export const RUNS: readonly OldFault[] = [
  hidden,
  shrunk,
  valSet,
  mixedLabels,
  unreadable,
  noEffect,
  wideBatch,
  lrInWarmup,
  slip,
  earlyStop,
  rewind,
  deleted,
  stuck,
  badPath,
  lowest,
  rangeTest,
  shortTest,
];
