// The hover of a million-step schedule: the first picture, and the later ones.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { record } from './rows.mjs';

const source = `
  export { createSchedule } from './src/domain/schedule/schedule';
  export { scheduleSvg } from './src/domain/schedule/svg';
  export { LIGHT_COLOURS } from './src/domain/schedule/svg-frame';
  export { advise } from './src/domain/advice/advise';
  export { parseExperiment } from './src/domain/experiment/parse';
  export { scheduleOf } from './src/domain/schedule/schedule';
  export { simulateTorch } from './src/domain/schedule/torch/simulate';
`;
const bundled = await build({
  stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  // yaml is CommonJS and requires Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
});
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-bench-'));
const bundle = path.join(folder, 'schedule.mjs');
writeFileSync(bundle, bundled.outputFiles[0].contents);
const { advise, LIGHT_COLOURS, parseExperiment, scheduleOf, scheduleSvg, simulateTorch } = await import(
  pathToFileURL(bundle).href
);
rmSync(folder, { recursive: true });

const text = (lr0) => `data: d.yaml\nepochs: 1000\nbatch: 16\nlr0: ${lr0}\ncos_lr: true\nwarmup_epochs: 30\n`;
const counts = { images: 16_000, classes: 6 };
const picture = { width: 440, height: 170, colours: LIGHT_COLOURS, highlight: 'peak' };

function hover(lr0) {
  const { experiment } = parseExperiment(text(lr0), { file: 'x.train.yaml' });
  const { schedule } = scheduleOf(experiment, counts);
  advise({ experiment, schedule, counts });
  return { schedule, svg: scheduleSvg(schedule, picture) };
}

// CPU time of this process: on a busy machine wall time measures the others.
const timed = (run) => {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};
const quantile = (values, q) => values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))];

const first = timed(() => hover(0.01));
const fresh = Array.from({ length: 300 }, (_, i) => timed(() => hover(0.01 + i * 1e-5)));
const { schedule } = hover(0.01);
const again = Array.from({ length: 300 }, () => timed(() => scheduleSvg(schedule, picture)));
const spec = {
  kind: 'SequentialLR',
  milestones: [1000],
  schedulers: [
    { kind: 'LinearLR', start_factor: 0.001, total_iters: 1000 },
    { kind: 'CosineAnnealingLR', T_max: 999_000 },
  ],
};
const simulated = timed(() => simulateTorch({ spec, lrs: [0.1], steps: 1_000_000 }));

record('hover of a million steps, the very first', first, 'ms CPU', '50');
record('the same, a new text', quantile(fresh, 0.5), 'ms CPU', '5');
record('the same, computed before, p99', quantile(again, 0.99), 'ms CPU', '5');
record('a PyTorch SequentialLR stepped a million times', simulated, 'ms CPU', '50');

const ms = (value) => `${value.toFixed(2)} ms`;
console.log(
  `hover of ${schedule.steps.toLocaleString('en-US')} steps (parse, schedule, advice, picture), CPU time`,
);
console.log(`  the very first            ${ms(first)}   (aim: 50)`);
console.log(
  `  a new text, median / p99  ${ms(quantile(fresh, 0.5))} / ${ms(quantile(fresh, 0.99))}   (aim: 5)`,
);
console.log(`  computed before, p99      ${ms(quantile(again, 0.99))}   (aim: 5)`);
console.log(`a PyTorch SequentialLR stepped a million times: ${ms(simulated)}   (aim: 50)`);
