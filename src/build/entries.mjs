// Every program that is bundled, and what it may leave to node_modules. Natives are never bundled; only the
// processes that need them may name them.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const NATIVE_MODULES = ['onnxruntime-node', 'sharp'];

const node = { platform: 'node', target: 'node20', format: 'cjs' };
const page = { platform: 'browser', target: 'chrome120', format: 'iife' };

// Half the text to compile; names stay, for stack traces that people send.
const COMPACT = { minifyWhitespace: true, minifySyntax: true };

// What a part exports is behind two getters in CommonJS, at each call from another part: a fifth of an evaluation. No name that
// is exported is assigned after its file has run, so values do as well.
const PLAIN_EXPORTS = {
  footer: "module.exports = Object.defineProperty({ ...module.exports }, '__esModule', { value: true });",
};

// zod reads `navigator`, which the editor's extension host reports as an error in its log.
const HOST_GLOBALS = { navigator: 'undefined' };

/** Each folder of src/trainers with a main.ts is a bundle of that name, which is how the keeper finds it. */
function otherTrainers() {
  const trainers = path.resolve(import.meta.dirname, '../trainers');
  const names = readdirSync(trainers).filter((name) => existsSync(path.join(trainers, name, 'main.ts')));
  const others = names.filter((name) => name !== 'builtin');
  return Object.fromEntries(
    others.map((name) => [name, { entry: `src/trainers/${name}/main.ts`, options: node, natives: [] }]),
  );
}

/**
 * name -> { entry, options, natives: the native modules this bundle may require; split: how it is converted, where `import()`
 * makes files of their own; shared: what all of those need, unless it is the entry; atStart: kB that are loaded with the
 * entry, of ours alone, before any of those }
 */
export const ENTRIES = {
  // Its parts share what is beside main.ts, which knows from its own place where the other bundles are.
  cli: {
    entry: 'src/cli/main.ts',
    options: node,
    split: { ...COMPACT, ...PLAIN_EXPORTS },
    shared: 'src/cli/run-cli.ts',
    natives: [],
  },
  keeper: { entry: 'src/keeper/main.ts', options: node, natives: [] },
  trainer: { entry: 'src/trainers/builtin/main.ts', options: node, natives: NATIVE_MODULES },
  'decode-worker': { entry: 'src/trainers/builtin/data/worker.ts', options: node, natives: ['sharp'] },
  'image-worker': { entry: 'src/dataset/decode/image-worker.ts', options: node, natives: ['sharp'] },
  validator: { entry: 'src/validator/main.ts', options: node, natives: NATIVE_MODULES },
  ...otherTrainers(),
  windowless: { entry: 'src/engine/process/windowless.ts', options: node, natives: [] },
  extension: {
    entry: 'src/extension/main.ts',
    options: { ...node, external: ['vscode'], define: HOST_GLOBALS },
    split: COMPACT,
    atStart: 46,
    natives: [],
  },
  'run-worker': { entry: 'src/engine/runs/worker.ts', options: node, natives: [] },
  'count-worker': { entry: 'src/engine/planning/count-worker.ts', options: node, natives: [] },
  'python-worker': { entry: 'src/extension/editor/python-worker.ts', options: node, natives: [] },
  panel: { entry: 'webview/panel/main.ts', options: page, natives: [] },
  side: { entry: 'webview/side/main.ts', options: page, natives: [] },
  table: { entry: 'webview/table/main.ts', options: page, natives: [] },
};
