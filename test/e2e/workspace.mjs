// Folders to open: the example experiment made short, and an empty one.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
let example;

/** The example as `pitwall init` writes it; drawn once, copied often. */
function exampleFolder() {
  if (example) return example;
  const dir = path.join(root, '.vscode-test', 'example');
  if (!existsSync(path.join(dir, 'pcb.train.yaml'))) {
    const result = spawnSync(process.execPath, [path.join(root, 'dist/cli.js'), 'init', dir], {
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new Error(`the example could not be written: ${result.stderr}`);
  }
  example = dir;
  return example;
}

/** A workspace with the example, its config changed by `set`: short enough to train to its end. */
export function exampleWorkspace(set = {}) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-ws-'));
  cpSync(exampleFolder(), dir, { recursive: true, filter: (file) => path.basename(file) !== 'runs' });
  const config = path.join(dir, 'pcb.train.yaml');
  let text = readFileSync(config, 'utf8');
  for (const [key, value] of Object.entries(set)) {
    const line = new RegExp(`^${key}:.*$`, 'm');
    text = line.test(text) ? text.replace(line, `${key}: ${value}`) : `${text}${key}: ${value}\n`;
  }
  writeFileSync(config, text);
  return {
    dir,
    config,
    runs: path.join(dir, 'runs'),
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export function plainWorkspace() {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-plain-'));
  mkdirSync(path.join(dir, 'src'));
  writeFileSync(path.join(dir, 'src/notes.txt'), 'nothing of ours here\n');
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
