// The fifteen groups of docs/hostile.md: of each, inputs that a stranger's folder held and what a person did to look at them.
// An entry says how it fell, or nothing if it held. `isHarmless`: it only costs, so that its inputs can share a clone.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { calling, DATASET, EXPERIMENT, hostilePng, repeated } from './inputs.mjs';
import { costOf, look, observe } from './world.mjs';

const MANY = 50_000;

/** What a look did to the person, or cost them. */
const fell = (world, looked) => world.harm() ?? costOf(looked);

const looking =
  (...argv) =>
  async (world) =>
    fell(world, await look(world, ...argv));

/** With a config that differs from the example in its lines. */
const planning = (experiment, dataset = {}) => {
  return async (world) => {
    world.write('pcb.train.yaml', experiment);
    for (const [name, content] of Object.entries(dataset)) world.write(name, content);
    return fell(world, await look(world, 'schedule', 'pcb.train.yaml', '--json'));
  };
};

/** A function of the tree itself, for what only an editor or a download reaches. */
const calls = (made) => async (world) => {
  const looked = await observe(world, [await calling(world, made(world))]);
  if (looked.code !== 0 && !looked.killed) throw new Error(looked.err);
  return fell(world, looked);
};

const ESCAPES = /[\p{Cc}\u202e]/u;
const says = (argv, pattern, how) => async (world) => {
  const looked = await look(world, ...argv);
  return pattern.test((looked.out + looked.err).replaceAll('\n', '')) ? how : fell(world, looked);
};

const model = (options) => async (world) => {
  const { writeOddModel } = await loadTypeScript('test/helpers/tiny-model.ts');
  writeOddModel(world.at('odd.onnx'), options);
  return fell(world, await look(world, 'validate', 'odd.onnx', '--data', 'data.yaml', '--device', 'cpu'));
};

const picture = (name, content) => async (world) => {
  const { writeTinyModel } = await loadTypeScript('test/helpers/tiny-model.ts');
  writeTinyModel(world.at('tiny.onnx'), { cx: 32, cy: 32, w: 8, h: 8, class: 0 });
  world.write(name, content);
  return fell(world, await look(world, 'predict', 'tiny.onnx', name, '--json'));
};

const longRun = (file, line, count) => async (world) => {
  const dir = world.at('runs/torn');
  execFileSync('cp', ['-rT', path.join(world.root, 'base'), dir]);
  writeFileSync(path.join(dir, file), repeated(line, count), { flag: 'a' });
  return fell(world, await look(world, 'show', 'runs/torn'));
};

const checkpointPath = (i) => `checkpoints/epoch-${String(i).padStart(4, '0')}`;

export const GROUPS = [
  {
    name: '1 programs that run.json names',
    inputs: {
      'watch, a relative interpreter': looking('watch', 'runs/python-relative'),
      'validate, an absolute one': looking(
        'validate',
        '--run',
        'runs/python-absolute@50',
        '--data',
        'data.yaml',
      ),
    },
  },
  {
    name: '2 modules of the runs folder',
    inputs: {
      'watch, the system interpreter': looking('watch', 'runs/python-of-system'),
      'the same, trusted': looking('watch', 'runs/python-of-system', '--trust'),
    },
  },
  { name: '3 environments in the folder', inputs: { doctor: looking('doctor') } },
  {
    name: '4 folders as links',
    inputs: {
      'watch, control': looking('watch', 'runs/folderlink-control'),
      'watch, control/trainer': looking('watch', 'runs/folderlink-control-trainer'),
      'watch, checkpoints of a followed run': looking('watch', 'runs/followed-into-a-link'),
    },
  },
  {
    name: '5 caches and locks as links',
    inputs: {
      'the cache of a long log': calls((world) => ({
        from: ['src/engine/view/load-events.ts', 'src/engine/runs/load-events.ts'],
        body: `const dir = ${JSON.stringify(world.at('runs/torn'))};
          const events = dir + '/events.jsonl';
          fs.symlinkSync(${JSON.stringify(path.join(world.outside, '.profile'))}, dir + '/.events.cache.' + process.pid + '.tmp');
          await loadEvents({ eventsFile: events, cacheFile: dir + '/.events.cache', cacheAfterBytes: 1 });`,
      })),
      'watch, keeper.1.released': looking('watch', 'runs/link-keeper-1-released'),
    },
  },
  {
    name: '6 logs and exports as links',
    inputs: {
      'export --csv': looking('export', 'runs/link-stdout-log', '--csv'),
      'watch, keeper.jsonl': looking('watch', 'runs/link-keeper-jsonl'),
    },
  },
  {
    name: '7 a copy of a run',
    inputs: {
      'watch, the id of another run': looking('watch', 'runs/claims-a-run'),
      'stop, the same': looking('stop', 'runs/claims-a-run'),
    },
  },
  {
    name: '8 commands',
    inputs: {
      continue: looking('continue', 'runs/command'),
      'continue, a relative program': looking('continue', 'runs/command-relative'),
    },
  },
  {
    name: '9 devices and pipes',
    inputs: { list: looking('list'), 'show, a pipe': looking('show', 'runs/pipe-events-jsonl') },
  },
  {
    name: '10 datasets without end',
    isHarmless: true,
    inputs: {
      'schedule, links to itself': async (world) => {
        for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
          for (const folder of ['', 'a', 'b']) {
            mkdirSync(world.at('loop', folder), { recursive: true });
            if (folder !== name) symlinkSync(world.at('loop'), world.at('loop', folder, `${name}-link`));
          }
        return planning(EXPERIMENT, { 'data.yaml': DATASET('loop') })(world);
      },
      'schedule, train: /': planning(EXPERIMENT, { 'data.yaml': DATASET('/') }),
    },
  },
  {
    name: '11 Python and patterns',
    isHarmless: true,
    inputs: {
      'a list of 100 million': calls(() => pythonOf('x = [] * 100000000')),
      'a list doubled 26 times': calls(() => pythonOf('x = [0] * 10\nfor _ in range(26):\n    x = x + x')),
      'the pattern (a+)+$': calls(() => ({
        from: ['src/domain/foreign/line-patterns.ts'],
        body: `const { patterns } = compilePatterns({ loss: '(a+)+$' });
          if (patterns) matchLine('a'.repeat(60) + '!', patterns);`,
      })),
    },
  },
  {
    name: '12 long logs',
    isHarmless: true,
    inputs: {
      'show, 60,000 alerts': longRun(
        'keeper.jsonl',
        (i) => ({ type: 'alert', t: i, rule: 'r', severity: 'info', message: `m${i}`, numbers: {} }),
        60_000,
      ),
      'show, 30,000 checkpoints': longRun(
        'events.jsonl',
        (i) => ({ type: 'checkpoint', t: i, epoch: i + 51, step: i, path: checkpointPath(i + 51), bytes: 1 }),
        30_000,
      ),
      'show, 60,000 epochs': longRun(
        'events.jsonl',
        (i) => ({ type: 'epoch', t: i, epoch: i + 51, step: i + 200, seconds: 1, loss: { total: 1 } }),
        60_000,
      ),
      'show, 40,000 answers': longRun(
        'events.jsonl',
        (i) => ({ type: 'control', t: i, id: `c${i}`, ok: true, step: i, message: 'set' }),
        40_000,
      ),
      'show, 14 MB of [': async (world) => {
        writeFileSync(world.at('runs/torn/run.json'), '');
        execFileSync('cp', ['-rT', path.join(world.root, 'base'), world.at('runs/torn')]);
        writeFileSync(world.at('runs/torn/events.jsonl'), '['.repeat(14e6), { flag: 'a' });
        return fell(world, await look(world, 'show', 'runs/torn'));
      },
      'evaluate, 300,000 categories': async (world) => {
        const categories = Array.from({ length: 300_000 }, (_, id) => ({ id: id + 1, name: `c${id}` }));
        const box = { image_id: 1, category_id: 1, bbox: [0, 0, 9, 9] };
        const images = [{ id: 1, width: 9, height: 9 }];
        const truth = { images, categories, annotations: [{ ...box, id: 1, area: 81, iscrowd: 0 }] };
        world.write('gt.json', JSON.stringify(truth));
        world.write('dt.json', JSON.stringify([{ ...box, score: 0.5 }]));
        return fell(world, await look(world, 'evaluate', 'gt.json', 'dt.json'));
      },
    },
  },
  {
    name: '13 models, images, archives',
    isHarmless: true,
    inputs: {
      'validate, an input of 16384 a side': model({ side: 16_384 }),
      'validate, an output of 4e8 numbers': model({ side: 64, anchors: 66_000_000 }),
      'validate, imgsz 20000': model({ imgsz: '[20000, 20000]' }),
      'predict, a PNG of 16000 a side': picture('big.png', hostilePng(16_000, deflateSync)),
      'predict, an SVG named .png': async (world) => {
        const svg =
          '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>';
        const how = await picture('drawn.png', svg)(world);
        const { code } = await look(world, 'predict', 'tiny.onnx', 'drawn.png');
        return how ?? (code === 0 ? 'it was drawn' : undefined);
      },
      'a zip that declares a directory of 4 GB': calls((world) => zipOf(world, 0xffff_fff0)),
    },
  },
  {
    name: '14 YAML',
    isHarmless: true,
    inputs: {
      'schedule, 50,000 unknown keys': planning(
        EXPERIMENT + Array.from({ length: MANY }, (_, i) => `unknown_key_${i}: 1\n`).join(''),
      ),
      'schedule, 300,000 class names': planning(EXPERIMENT, {
        'data.yaml': `train: images\nval: images\nnames: [${Array.from({ length: 300_000 }, (_, i) => `c${i}`)}]\n`,
      }),
      'schedule, 200,000 keys in a flow map': planning(EXPERIMENT, {
        'data.yaml': `train: images\nval: images\nnames: {${Array.from({ length: 200_000 }, (_, i) => `${i}: c`)}}\n`,
      }),
      'schedule, 20,000 explicit keys': planning(EXPERIMENT + '? '.repeat(20_000)),
      'schedule, a key of 2 MB': planning(`${EXPERIMENT}${'k'.repeat(2e6)}: 1\n`),
    },
  },
  {
    name: '15 texts',
    inputs: {
      show: says(['show', 'runs/text-acts'], ESCAPES, 'it wrote escape sequences'),
      'export --csv': async (world) => {
        const looked = await look(world, 'export', 'runs/names-are-formulas', '--csv');
        const csv = execFileSync('sh', ['-c', 'cat exports/names-are-formulas/*.csv'], { cwd: world.repo });
        return /(^|,)"?=HYPERLINK/m.test(String(csv)) ? 'a cell is a formula' : fell(world, looked);
      },
    },
  },
];

const pythonOf = (lines) => ({
  from: ['src/domain/python/find.ts', 'src/extension/editor/python-parser.ts'],
  body: `const text = ${JSON.stringify(`${lines}\noptimizer = SGD(p, lr=0.1)\nscheduler = MultiStepLR(optimizer, milestones=x, gamma=0.1)\n`)};
    const parser = await loadPythonParser({
      runtime: require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
      grammar: require.resolve('tree-sitter-python/tree-sitter-python.wasm'),
    });
    findSchedule(parser.open(text).root, text.indexOf('MultiStepLR') + 1, (m) => m);`,
});

function zipOf(world, directoryBytes) {
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt32LE(directoryBytes, 12);
  writeFileSync(world.at('runtime.zip'), end);
  truncateSync(world.at('runtime.zip'), 22);
  return {
    from: ['src/engine/gpu-runtime/unzip.ts'],
    body: `await unzip(${JSON.stringify(world.at('runtime.zip'))}, new Map([['a', 'b']])).catch(() => undefined);`,
  };
}
