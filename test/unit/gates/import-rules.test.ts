import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

// Each rule is broken once from every kind of place that it is about: one with a slash too many matches nothing and is green.
type ImportRule = { readonly name: string; readonly to: { readonly path?: string | readonly string[] } };
const { forbidden } = createRequire(import.meta.url)('../../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly ImportRule[];
};
const layers = forbidden.flatMap(({ name }) =>
  name.startsWith('layer-') ? [name.slice('layer-'.length)] : [],
);

/** Whether the table of layers refuses an import from one to another. */
const refuses = (from: string, to: string): boolean =>
  [forbidden.find(({ name }) => name === `layer-${from}`)?.to.path ?? []].flat().includes(`^src/${to}/`);

/** Rule -> the files of the broken tree that must be named by it, and nothing else. */
type Broken = Record<string, string[]>;

const broken: Broken = {};
const files: Record<string, string> = {};

/** A file that breaks a rule; without one, a file that breaks none. */
function write(file: string, imported: string, rule?: string): void {
  files[file] = `import ${JSON.stringify(imported)};\n`;
  if (rule !== undefined) broken[rule] = [...(broken[rule] ?? []), file];
}

const up = (file: string): string => '../'.repeat(file.split('/').length - 1);

function breakLayers(): void {
  for (const layer of layers) {
    files[`src/${layer}/own/here.ts`] = 'export const here = 1;\n';
    writeTo('webview', layer, OF_PAGES.includes(layer) ? undefined : 'webview-pure');
    breakLayer(layer);
  }
}

function breakLayer(from: string): void {
  for (const to of layers.filter((one) => one !== from))
    writeTo(`src/${from}`, to, refuses(from, to) ? `layer-${from}` : undefined);
}

const OF_PAGES = ['base', 'domain', 'run', 'protocol'];

function writeTo(folder: string, layer: string, rule: string | undefined): void {
  const file = `${folder}/deep/to-${layer}.ts`;
  write(file, `${up(file)}src/${layer}/own/here`, rule);
}

const PURE = [
  'src/base',
  'src/domain/deep',
  'src/json',
  'src/coco',
  'src/run',
  'src/run/deep',
  'src/protocol/deep',
  'webview/deep',
];
const WITH_DISK = ['src/run/folder', 'src/protocol/node', 'src/engine/deep'];

function breakPurity(): void {
  files['src/run/folder/door.ts'] = 'export const door = 1;\n';
  files['src/protocol/node/door.ts'] = 'export const door = 1;\n';
  for (const folder of PURE) {
    write(`${folder}/to-node.ts`, 'node:fs', 'no-node-in-pure-layers');
    const file = `${folder}/to-disk.ts`;
    if (/^src\/(run|protocol)|^webview/.test(folder))
      write(file, `${up(file)}src/run/folder/door`, 'no-disk-in-pure-layers');
  }
  for (const folder of WITH_DISK) write(`${folder}/to-node.ts`, 'node:fs');
}

/** Door -> a package behind it, and a file that may open it. */
const DOORS: Readonly<Record<string, readonly [string, string]>> = {
  'chokidar-one-door': ['chokidar', 'src/engine/watch/chokidar.ts'],
  'chartjs-one-door': ['chart.js', 'webview/charts/chartjs.ts'],
  'toolkit-one-door': ['@vscode/webview-ui-toolkit', 'webview/controls/toolkit.ts'],
  'tree-sitter-one-door': ['web-tree-sitter', 'src/extension/editor/python-parser.ts'],
  'onnxruntime-in-children-only': ['onnxruntime-node', 'src/validator/deep/session.ts'],
  'protobuf-one-door': ['protobufjs/minimal', 'src/onnx/wire.ts'],
  'sharp-in-decode-only': ['sharp', 'src/dataset/decode/pixels.ts'],
  'vscode-only-in-extension': ['vscode', 'src/extension/deep/window.ts'],
};

function breakDoors(): void {
  for (const [rule, [name, opener]] of Object.entries(DOORS)) {
    write(opener, name);
    for (const folder of ['src/engine/watch', 'src/domain', 'src/cli', 'webview/charts'])
      write(`${folder}/${rule}.ts`, name, rule);
  }
}

function breakTheRest(): void {
  files['test/thing.ts'] = 'export const thing = 1;\n';
  for (const file of ['src/keeper/to-test.ts', 'webview/to-test.ts'])
    write(file, `${up(file)}test/thing`, 'not-to-test');
  for (const file of ['src/keeper/to-nothing.ts', 'webview/to-nothing.ts'])
    write(file, './nothing-here', 'no-unresolved');
  for (const folder of ['src/keeper', 'webview']) {
    write(`${folder}/round-a.ts`, './round-b', 'no-cycles');
    // A cycle is named once.
    write(`${folder}/round-b.ts`, './round-a');
  }
}

describe('every import rule', () => {
  const found: Record<string, Set<string>> = {};
  let folder = '';

  beforeAll(() => {
    breakLayers();
    breakPurity();
    breakDoors();
    breakTheRest();
    const artifacts = path.join(repositoryRoot, 'test/artifacts');
    mkdirSync(artifacts, { recursive: true });
    folder = mkdtempSync(path.join(artifacts, 'import-rules-'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    const script = path.join(repositoryRoot, 'src/build/check-deps.mjs');
    const { stderr } = spawnSync(process.execPath, [script, folder, '1'], { encoding: 'utf8' });
    for (const [, rule, from] of stderr.matchAll(/^import rule (\S+): (\S+) ->/gm)) {
      found[rule] ??= new Set();
      found[rule].add(from);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is broken here', () => {
    expect(Object.keys(broken).toSorted()).toEqual(forbidden.map(({ name }) => name).toSorted());
  });

  for (const { name } of forbidden)
    it(`${name} names each file that breaks it, and no other`, () => {
      expect([...(found[name] ?? [])].toSorted()).toEqual((broken[name] ?? []).toSorted());
    });
});
