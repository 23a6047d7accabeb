// The hover in a Python file on a SequentialLR of a million steps: the first one, one after each change of the text, and one
// computed before. Usage: node test/bench/python-hover.mjs
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { record } from './rows.mjs';

const require = createRequire(import.meta.url);
const source = `
  export { findSchedule } from './src/domain/python/find';
  export { loadPythonParser } from './src/extension/editor/python-parser';
  export { scheduleSvg } from './src/domain/schedule/svg';
  export { LIGHT_COLOURS } from './src/domain/schedule/svg-frame';
  export { simulateTorch } from './src/domain/schedule/torch/simulate';
`;
const folder = mkdtempSync(path.join(tmpdir(), 'pitwall-bench-'));
const bundle = path.join(folder, 'python.cjs');
const bundled = await build({
  stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
  alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
});
writeFileSync(bundle, bundled.outputFiles[0].contents);
const { findSchedule, loadPythonParser, scheduleSvg, LIGHT_COLOURS, simulateTorch } = require(bundle);
rmSync(folder, { recursive: true });

/** A training script of about 300 lines with its scheduler in the middle. */
const filler = Array.from(
  { length: 140 },
  (_, i) => `value_${i} = compute(model, data[${i}], flag=True)`,
).join('\n');
const script = (milestone) => `${filler}
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
warm = LinearLR(optimizer, start_factor=0.001, total_iters=${milestone})
main = CosineAnnealingLR(optimizer, T_max=1_000_000 - ${milestone})
scheduler = SequentialLR(optimizer, [warm, main], milestones=[${milestone}])
${filler}
`;

// CPU time: on a busy machine wall time measures the others. Of the main thread if Node reports it (24), as WebAssembly
// is optimized and garbage is collected in others.
const usage = (before) => (process.threadCpuUsage ?? process.cpuUsage).call(process, before);
const timed = async (run) => {
  const start = usage();
  await run();
  const { user, system } = usage(start);
  return (user + system) / 1000;
};
const quantile = (values, q) => values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))];
const ms = (value) => `${value.toFixed(2)} ms`;
const picture = { width: 420, height: 170, colours: LIGHT_COLOURS, highlight: undefined };
const t = (message) => message;

let parser;
const loaded = await timed(async () => {
  parser = await loadPythonParser({
    runtime: require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
    grammar: require.resolve('tree-sitter-python/tree-sitter-python.wasm'),
  });
});

function look(python, text) {
  const found = findSchedule(python.root, text.indexOf('SequentialLR') + 1, t);
  return { schedule: found.schedule, svg: scheduleSvg(found.schedule, picture) };
}

let python;
let text = script(1000);
const first = await timed(() => {
  python = parser.open(text);
  look(python, text);
});
const changed = [];
const looks = [];
let shown;
for (let i = 0; i < 200; i++) {
  const offset = text.indexOf('total_iters=') + 'total_iters='.length;
  const digits = String(1000 + i);
  const next = text.slice(0, offset) + digits + text.slice(offset + 4);
  changed.push(
    await timed(() => {
      python = python.change([{ offset, removed: 4, text: digits }], next);
      return python.root;
    }),
  );
  text = next;
  looks.push(
    await timed(() => {
      shown = look(python, text);
    }),
  );
}
const again = [];
for (let i = 0; i < 200; i++) again.push(await timed(() => scheduleSvg(shown.schedule, picture)));
const spec = {
  kind: 'SequentialLR',
  milestones: [1000],
  schedulers: [
    { kind: 'LinearLR', start_factor: 0.001, total_iters: 1000 },
    { kind: 'CosineAnnealingLR', T_max: 999_000 },
  ],
};
const simulated = await timed(() => simulateTorch({ spec, lrs: [0.1], steps: 1_000_000 }));

record('hover on a SequentialLR in Python, the very first', first, 'ms CPU', '50');
record('the same, finding and drawing', quantile(looks, 0.5), 'ms CPU', '5');
record('the same, computed before, p99', quantile(again, 0.99), 'ms CPU', '5');
console.log(
  `hover on a SequentialLR of ${shown.schedule.steps.toLocaleString('en-US')} steps in ${text.split('\n').length} lines, CPU time`,
);
console.log(`  loading the grammar, once             ${ms(loaded)}`);
console.log(`  the very first                        ${ms(first)}   (aim: 50)`);
console.log(
  `  parsing after a change, median / p99  ${ms(quantile(changed, 0.5))} / ${ms(quantile(changed, 0.99))}`,
);
console.log(
  `  finding and drawing, median / p99     ${ms(quantile(looks, 0.5))} / ${ms(quantile(looks, 0.99))}   (aim: 5)`,
);
console.log(`  computed before, p99                  ${ms(quantile(again, 0.99))}   (aim: 5)`);
console.log(
  `  stepping the million one by one       ${ms(simulated)}, ${(simulated / quantile(looks, 0.5)).toFixed(0)} times finding and drawing`,
);
parser.dispose();
