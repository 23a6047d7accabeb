// What the groups are made of.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { build } from 'esbuild';

let count = 0;

export const EXPERIMENT = 'trainer: builtin\nmodel: nano\ndata: data.yaml\nepochs: 2\nbatch: 4\n';
export const DATASET = (train) => `train: ${train}\nval: images\nnames: [a]\n`;

export const repeated = (line, count) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify(line(i))}\n`).join('');

/** A program that calls functions of the tree: what is exported by the first of `from` that it has, and by each further file. */
export async function calling({ tree, root }, { from, body }) {
  const files = from.filter((file) => existsSync(path.join(tree, file)));
  const names = files.map((file) => `export * from './${file.replace(/\.ts$/, '')}';`).join('\n');
  const cache = path.join(tree, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const bundle = path.join(root, `called-${count++}.cjs`);
  await build({
    stdin: { contents: names, resolveDir: tree, loader: 'ts' },
    bundle: true,
    outfile: bundle,
    format: 'cjs',
    platform: 'node',
    logLevel: 'error',
    external: ['sharp', 'onnxruntime-node'],
    // Its own CommonJS form: what is bundled of the other asks for its place as a module.
    alias: { 'web-tree-sitter': createRequire(path.join(tree, 'package.json')).resolve('web-tree-sitter') },
  });
  const program = path.join(root, 'call.cjs');
  const exported = (await import(bundle)).default;
  writeFileSync(
    program,
    `const fs = require('node:fs');
    const { createRequire } = require('node:module');
    const called = require(${JSON.stringify(bundle)});
    (async (require) => { const { ${Object.keys(exported).join(', ')} } = called; ${body} })(createRequire(${JSON.stringify(path.join(tree, 'package.json'))}));`,
  );
  return program;
}

/** A picture of one colour: some kB of it are a gigabyte of pixels. */
export function hostilePng(side, deflate) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8);
  const pixels = deflate(Buffer.alloc(side * (side * 3 + 1)), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
