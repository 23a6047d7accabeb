import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeTinyModel } from '../helpers/tiny-model';
import type { OldFault } from './main';
import { askTree } from './tree';
import { ONE, type World } from './world';

// What no command shows: hovers, Preview, and what the trainer draws, by the modules of both versions. Each source prints what is
// wrong, or nothing.

/** Sources name their modules as this version has them; these are the names at 9508bab. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  '@/protocol/dashboard/tiles': '@/protocol/view/preview-tiles',
  '@/protocol/dashboard/planned': '@/protocol/view/planned',
  '@/protocol/dashboard/session': '@/protocol/view/session',
  '@/run/reduce': '@/protocol/reduce-run',
};

const ask = ({ tree, isOld }: World, source: string, prefix?: readonly string[]): Promise<string> =>
  askTree(
    tree,
    source.replace(/'(@\/[^']+)'/g, (whole, name) => (isOld ? `'${OLD_NAMES[name] ?? name}'` : whole)),
    prefix,
  );

const twoNumbers: OldFault = {
  row: '"LR after warm-up" was two numbers',
  wrong: (world) =>
    ask(
      world,
      `import { MarkdownString } from 'vscode';
      import { parseExperiment } from '@/domain/experiment/parse';
      import { scheduleOf } from '@/domain/schedule/schedule';
      import { appendCurve } from '@/extension/editor/hover';
      import { previewTiles } from '@/protocol/dashboard/tiles';
      const text = 'data: d.yaml\\nlr0: 0.02\\nepochs: 30\\nbatch: 16\\nwarmup_epochs: 5\\ncos_lr: true\\nlrf: 0.01';
      const { draft } = parseExperiment(text, { file: 'a.train.yaml' });
      const counts = { images: 400, classes: 2 };
      const { schedule } = scheduleOf(draft, counts);
      const hover = new MarkdownString();
      appendCurve(hover, { schedule, counts, images: 400, problems: [], advice: [], notes: [] } as never, 'lr0');
      const t = (message: string, ...args: unknown[]) => message.replace(/\\{(\\d+)\\}/g, (_, i) => String(args[i]));
      const tiles = previewTiles({ planned: schedule, t } as never);
      const peak = tiles.find(({ id }) => id === 'peak')!.value;
      const [, said] = /LR ([\\d.e-]+) (?:after warm-up|at its highest)/.exec(hover.value) ?? [];
      console.log(said === peak ? '' : \`the hover says \${said}, Preview \${peak}\`);`,
    ),
};

const helper: OldFault = {
  row: 'A hover inside a helper',
  wrong: (world) =>
    ask(
      world,
      `import { createTranslate } from '@/base/translate';
      import { findSchedule } from '@/domain/python/find';
      import { loadPythonParser } from '@/extension/editor/python-parser';
      const text = \`
import torch.optim as optim
from torch.optim.lr_scheduler import LambdaLR, CosineAnnealingLR, SequentialLR

def create(optimizer, warmup_epochs, total_epochs):
    def warm(epoch):
        return min(1.0, (epoch + 1) / warmup_epochs)
    warmup = LambdaLR(optimizer, lr_lambda=warm)
    cosine = CosineAnnealingLR(optimizer, T_max=total_epochs - warmup_epochs)
    return SequentialLR(optimizer, schedulers=[warmup, cosine], milestones=[warmup_epochs])

optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = create(optimizer, 5, 100)
\`;
      const modules = process.cwd() + '/node_modules/';
      loadPythonParser({
        runtime: modules + 'web-tree-sitter/web-tree-sitter.wasm',
        grammar: modules + 'tree-sitter-python/tree-sitter-python.wasm',
      }).then((parser) => {
        const { root } = parser.open(text);
        const found = findSchedule(root, text.lastIndexOf('SequentialLR(optimizer') + 1, createTranslate()) as any;
        const { warmupSteps, steps } = found.schedule;
        console.log(warmupSteps === 4 && steps === 100 ? '' : \`the line in the helper has \${warmupSteps} warm-up steps of \${steps}, its call 4 of 100\`);
      });`,
    ),
};

const OFF =
  '{ fliplr: 0, flipud: 0, hsv_h: 0, hsv_s: 0, hsv_v: 0, translate: 0, scale: 0.9, mosaic: 1, close_mosaic: 0, mixup: 0, cutout: 0 }';

const mosaic: OldFault = {
  row: 'Mosaic drew objects without a box',
  wrong: (world) =>
    ask(
      world,
      `import { createRandom } from '@/base/random';
      import { augment } from '@/trainers/builtin/data/augment';
      import { boxAt } from '@/trainers/builtin/data/geometry';
      const SIZE = 160;
      const COLOURS = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]];
      function painted(colour: number, random: any) {
        const [width, height] = [SIZE, 100];
        const [w, h] = [random.between(20, 60), random.between(20, 60)].map(Math.round);
        const [x, y] = [random.below(width - w), random.below(height - h)];
        const data = new Uint8Array(width * height * 3);
        for (let row = y; row < y + h; row++)
          for (let at = x; at < x + w; at++) data.set(COLOURS[colour].map((v) => v * 255), (row * width + at) * 3);
        const boxes = [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height];
        return { image: { width, height, data }, labels: { class: [colour], boxes } };
      }
      function seen(pixels: Uint8Array, colour: number) {
        let [x1, y1, x2, y2] = [SIZE, SIZE, 0, 0];
        for (let i = 0; i < SIZE * SIZE; i++) {
          if (!COLOURS[colour].every((v, k) => pixels[i + k * SIZE * SIZE] > 127 === (v === 1))) continue;
          const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
          [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
        }
        return [x1, y1, x2, y2];
      }
      async function main() {
        let [most, bare] = [0, 0];
        for (let seed = 0; seed < 500; seed++) {
          const paint = createRandom(seed, 1);
          const items = COLOURS.map((_, colour) => painted(colour, paint));
          let loads = 0;
          const request = { index: 0, images: 1000, size: SIZE, mosaic: true, settings: ${OFF} };
          const sample = (await augment(request as never, async () => items[loads++] as never, createRandom(seed, 2))) as any;
          for (let colour = 0; colour < 4; colour++) {
            const bounds = seen(sample.pixels, colour);
            const row = sample.boxes.class.indexOf(colour);
            if (row >= 0) most = Math.max(most, ...bounds.map((v, k) => Math.abs(v - boxAt(sample.boxes, row)[k])));
            else if (bounds[2] - bounds[0] > 20 && bounds[3] - bounds[1] > 20) bare++;
          }
        }
        console.log(most < 1.5 && bare === 0 ? '' : \`boxes up to \${most.toFixed(1)} pixels off, \${bare} objects of over 20 pixels without one (500 samples)\`);
      }
      main();`,
    ),
};

const oldPlan: OldFault = {
  row: 'The old plan was gone from the chart',
  async wrong(world) {
    const done = world.startTraining('changed', ['epochs=60', 'batch=2']);
    await world.untilStep('changed', 30);
    await world.run(['set', 'changed', 'lr=0.005']);
    await world.run(['stop', 'changed']);
    await done;
    return ask(
      world,
      `import { readRunState } from '@/cli/validate/checkpoint';
      import { plannedOfRun } from '@/protocol/dashboard/planned';
      import { createViewSession } from '@/protocol/dashboard/session';
      readRunState(${JSON.stringify(world.at('runs/changed'))}).then((state) => {
        const session = createViewSession();
        session.open({ axis: 'step', smoothing: 0.9, charts: { lr: { width: 400 } }, rows: 50 } as never);
        const t = (message: string) => message;
        const update = session.update({ state, planned: plannedOfRun(state as never), now: 0, t } as never) as any;
        const { series } = update.charts.find(({ chart }: any) => chart?.id === 'lr').chart;
        const plans = series.filter(({ key }: any) => /^(planned|original):weights/.test(key)).map(({ y }: any) => y.at(-1));
        console.log(new Set(plans).size === 2 ? '' : \`after a change the chart has \${plans.length} plan\`);
        process.exit();
      });`,
    );
  },
};

const LIMIT_MB = 256;

/** What this process says of the memory of its container, as a folder of the control groups of version 2, and of version 1. */
function writeContainer(folder: string): void {
  const [limit, used] = [LIMIT_MB * 2 ** 20, 2 ** 20].map(String);
  mkdirSync(path.join(folder, 'memory'), { recursive: true });
  for (const [name, text] of [
    ['memory.max', limit],
    ['memory.current', used],
    ['memory/memory.limit_in_bytes', limit],
    ['memory/memory.usage_in_bytes', used],
  ])
    writeFileSync(path.join(folder, name), text);
}

const container: OldFault = {
  row: "An image cache ignored a container's limit",
  async wrong(world) {
    writeContainer(world.at('cgroup'));
    writeFileSync(
      world.at('worker.cjs'),
      `const { slots, imgsz } = require('node:worker_threads').workerData.cache;
      const mb = Math.round((slots * imgsz * imgsz * 3) / 2 ** 20);
      if (mb > ${LIMIT_MB / 2}) console.log('the cache may grow to ' + mb + ' MB in a container of ${LIMIT_MB}');
      process.exit();`,
    );
    const mounted = `mount --bind ${world.at('cgroup')} /sys/fs/cgroup && exec "$0" "$@"`;
    return ask(
      world,
      `import { BatchSource } from '@/trainers/builtin/data/batch-source';
      new BatchSource({
        workerFile: ${JSON.stringify(world.at('worker.cjs'))},
        workers: 1,
        settings: { imgsz: 640 },
        images: Array.from({ length: 5000 }, () => ({})),
        jobOf: () => undefined,
        onUnreadable() {},
      } as never);`,
      ['unshare', '-m', 'sh', '-c', mounted],
    );
  },
};

const rectangles: OldFault = {
  row: 'Rectangular batches were compared as square ones',
  async wrong(world) {
    const [, cx, cy, w, h] = readFileSync(world.at('labels/val/0.txt'), 'utf8')
      .split('\n')[1]
      .split(' ')
      .map((share) => 64 * Number(share));
    writeTinyModel(world.at('any-size.onnx'), { cx, cy, w, h, class: 1 }, undefined, true);
    for (const rect of ['on', 'off']) await world.train(rect, ONE);
    const own = await ask(
      world,
      `import { startValidator } from '@/engine/validator-process';
      async function main() {
        const validator = startValidator({ installDir: process.cwd() + '/dist' } as never);
        const at = ${JSON.stringify(world.dir)};
        const maps: Record<string, number> = {};
        for (const rect of ['on', 'off']) {
          const params = { model: at + '/any-size.onnx', data: at + '/data.yaml', device: 'cpu', imgsz: 64, rect };
          const det = at + '/runs/' + rect + '/validation/epoch-0001.det';
          maps[rect] = (await validator.validate({ ...params, det } as never)).report.map;
        }
        await validator.stop();
        console.log(JSON.stringify(maps));
      }
      main();`,
    );
    const { on, off } = JSON.parse(own) as { on: number; off: number };
    const { out, err } = await world.run(['compare', 'on', 'off', '--json']);
    if (out === '') return err.trim();
    const { a, b } = JSON.parse(out) as Readonly<Record<'a' | 'b', { map: number }>>;
    return Math.max(Math.abs(a.map - on), Math.abs(b.map - off)) <= 0.0005
      ? ''
      : `the rectangular side is ${a.map.toFixed(4)} for its own ${on.toFixed(4)}, the square one ${b.map.toFixed(4)} for ${off.toFixed(4)}`;
  },
};

export const MODULES: readonly OldFault[] = [twoNumbers, helper, mosaic, oldPlan, container, rectangles];
